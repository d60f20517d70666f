load helpers
load algebra

setup() {
	plumbline_setup
	cd "$T"
	example_streams
	# the axes x and y, in that order
	printf 'x:3\n: 3 0 0\n: 1 2 0\n' | mkstream |
	    svd-basis -m prefix -r 2 > axes
	printf 'x:3\nstep=5 loss=0.5 : 1 2 3\nstep=6 : 4 5 6\n' | mkstream > v
}

@test "project: projections and residuals of vectors that are known" {
	project -b axes -r 1,2 --name part v > p
	[ "$(values 0- p | paste -sd ' ')" = "1 0 0 1 2 0 4 0 0 4 5 0" ]
	[ "$(tensor-ls p | column content | uniq)" = projections ]
	[ "$(tensor-ls p | column step | paste -sd ' ')" = "5 5 6 6" ]
	[ "$(tensor-ls p | column rank | paste -sd ' ')" = "1 2 1 2" ]
	[ "$(tensor-ls p | column name | uniq)" = part ]
	project -b axes -m residual < v > p
	[ "$(values 0- p | paste -sd ' ')" = "0 0 3 0 0 6" ]
	[ "$(tensor-ls p | column content | uniq)" = residuals ]
}

@test "project: coefficients are one tensor of as many values as rows" {
	project -b axes -m coefficients -r 2,1,9 v > p
	[ "$(values 0- p | paste -sd ' ')" = "1 2 1 1 2 4 5 4 4 5" ]
	[ "$(tensor-ls p | column values | head -n 3 | paste -sd ' ')" = "2 1 2" ]
	[ "$(tensor-ls p | column rank | head -n 3 | paste -sd ' ')" = "2 1 9" ]
}

@test "project: a projection and its residual add up to the vector" {
	svd-basis -r 5 gradients.mpk.zst > b
	project -b b gradients.mpk.zst > p
	project -b b -m residual gradients.mpk.zst > q
	lincomb p q | lincomb -w 1,-1 - gradients.mpk.zst > zero
	values 0- zero | awk '$1 > 1e-6 || $1 < -1e-6 { exit 1 }'
	# and the residual is orthogonal to the basis
	capture -b b q | column captured_energy |
	    awk '$1 > 1e-12 { exit 1 }'
}

@test "project: several bases, none, or rows of something else are refused" {
	svd-basis -r 2 -b step gradients.mpk.zst > three
	run project -b three gradients.mpk.zst -o p
	refused 3 "three: holds 3 bases, 1 expected"
	run project -b gradients.mpk.zst gradients.mpk.zst -o p
	refused 3 "gradients.mpk.zst: record 0: content is gradients, not basis"
	printf 'x:3\n' | mkstream -c basis > none
	run project -b none v -o p
	refused 3 "none: holds no basis"
	printf 'x:3\n: 1 0 0\n: 0.5 1 0\n' | mkstream -c basis > skew
	run project -b skew v -o p
	refused 3 "skew: records 0 and 1: their inner product is 0.5, an orthonormal basis has 0"
	[ ! -e p ]
}

@test "project: other tensors than the basis' are refused" {
	run project -b axes gradients.mpk.zst -o p
	refused 3 "gradients.mpk.zst: record 0: tensor 0 is w, the basis has x"
	run project v
	refused 2 "--basis is missing"
	run project -b axes -r 0 v
	refused 2 "a rank is at least 1"
	run project -b absent v
	refused 3 "absent: No such file"
}

@test "project: damaged input is refused" {
	svd-basis -r 2 gradients.mpk.zst > b
	refuses_damage project -b b
	run project -b cut gradients.mpk.zst -o p
	refused 3 "cut: offset"
}

@test "project: the manual page's example runs" {
	page_runs project.1
	[ "$(tensor-ls parts.mpk.zst | column rank | paste -sd ' ')" = "1 2 4" ]
	near "$(capture -b basis.mpk.zst rest.mpk.zst |
	    column captured_energy)" 0
}
