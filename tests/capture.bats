load helpers
load algebra

setup() {
	plumbline_setup
	cd "$T"
	example_streams
	printf 'x:4\n: 3 0 0 0\n: 1 2 0 0\n' | mkstream |
	    svd-basis -m prefix -r 2 > axes.mpk.zst
}

@test "capture: energies of a vector that is known" {
	printf 'x:4\nstep=3 task=copy : 1 2 0 2\n' | mkstream |
	    capture -b axes.mpk.zst -b two=axes.mpk.zst -r 1,2,9 > t
	[ "$(column basis < t | paste -sd ' ')" = "axes axes axes two two two" ]
	[ "$(column rank < t | head -n 3 | paste -sd ' ')" = "1 2 9" ]
	[ "$(column rows < t | head -n 3 | paste -sd ' ')" = "1 2 2" ]
	[ "$(column norm < t | uniq)" = 3 ]
	[ "$(column chance < t | head -n 2 | paste -sd ' ')" = "0.25 0.5" ]
	[ "$(column step < t | uniq) $(column task < t | uniq)" = "3 copy" ]
	near "$(column captured_energy < t | sed -n 1p)" 0.1111111111
	near "$(column captured_energy < t | sed -n 2p)" 0.5555555556
	near "$(column captured_norm < t | sed -n 2p)" 0.7453559925
	near "$(column residual_energy < t | sed -n 3p)" 0.4444444444
	[ "$(column T < t | uniq)" = NA ]
	[ "$(column remaining_energy < t | uniq)" = NA ]
}

@test "capture: orthogonal updates of equal norm give the null, m/T" {
	printf 'x:4\n: 1 0 0 0\n: 0 1 0 0\n: 0 0 1 0\n: 0 0 0 1\n' |
	    mkstream -c updates > u
	svd-basis -m prefix -r 4 u > b
	capture -b b -r 1,2,4,9 --updates u > t
	[ "$(column vector < t | uniq)" = sum ]
	[ "$(column norm < t | uniq)" = 2 ]
	[ "$(column m < t | paste -sd ' ')" = "1 2 4 4" ]
	[ "$(column T < t | uniq)" = 4 ]
	[ "$(column null_m_over_T < t | paste -sd ' ')" = "0.25 0.5 1 1" ]
	[ "$(column captured_energy < t | paste -sd ' ')" = "0.25 0.5 1 1" ]
	[ "$(column remaining_energy < t | paste -sd ' ')" = "0 0 NA NA" ]
}

@test "capture: collinear updates are captured whole by the first" {
	printf 'x:4\n: 1 2 0 0\n: 2 4 0 0\n: 0.5 1 0 0\n' |
	    mkstream -c updates > u
	svd-basis -m prefix -r 1 u > b
	capture -b b --updates u > t
	near "$(column captured_energy < t)" 1
	near "$(column remaining_energy < t)" 1
	near "$(column null_m_over_T < t)" 0.3333333333
}

@test "capture: the remaining displacement is what lincomb says it is" {
	svd-basis -r 3 gradients.mpk.zst > b
	capture -b b -r 2 -u updates.mpk.zst > t
	tensor-select -r 2- updates.mpk.zst | lincomb --sum > rest
	near "$(column remaining_energy < t)" \
	    "$(capture -b b -r 2 rest | column captured_energy)"
	near "$(column captured_energy < t)" "$(lincomb --sum \
	    updates.mpk.zst | capture -b b -r 2 | column captured_energy)"
}

@test "capture: a zero vector has no energy to capture" {
	printf 'x:4\n: 0 0 0 0\n' | mkstream | capture -b axes.mpk.zst > t
	[ "$(column norm < t)" = 0 ]
	[ "$(column captured_energy < t)" = NA ]
	[ "$(column captured_norm < t)" = NA ]
	[ "$(column residual_energy < t)" = NA ]
}

@test "capture: no vectors, no rows; no updates, an error" {
	printf 'x:4\n' | mkstream > none
	[ "$(capture -b axes.mpk.zst none | wc -l)" -eq 1 ]
	run capture -b axes.mpk.zst -u none -o t
	refused 3 "none: holds no updates"
	[ ! -e t ]
}

@test "capture: bases and vectors with other tensors are refused" {
	svd-basis -r 2 gradients.mpk.zst > b
	run capture -b axes.mpk.zst gradients.mpk.zst -o t
	refused 3 "gradients.mpk.zst: record 0: tensor 0 is w, the basis has x"
	run capture -b axes.mpk.zst -b b gradients.mpk.zst
	refused 3 "b: tensor 0 is w, the first basis has x"
	svd-basis -r 2 -b step gradients.mpk.zst > three
	run capture -b three gradients.mpk.zst
	refused 3 "three: holds 3 bases, 1 expected"
	run capture gradients.mpk.zst
	refused 2 "--basis is missing"
	[ ! -e t ]
}

@test "capture: damaged input is refused" {
	svd-basis -r 2 gradients.mpk.zst > b
	refuses_damage capture -b b
	refuses_damage capture -b b -u
}

@test "capture: JSON lines say the same, with null for NA" {
	printf 'x:4\nstep=3 : 1 0 0 0\n' | mkstream |
	    capture --json -b axes.mpk.zst > t
	grep -q '"step":3,"task":null,"basis":"axes","rank":2' t
}

@test "capture: the manual page's example runs" {
	page_runs capture.1
	[ "$(column basis < printed | paste -sd ' ')" = \
	    "prefix prefix prefix static static static" ]
}
