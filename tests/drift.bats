load helpers
load algebra

setup() {
	plumbline_setup
	cd "$T"
}

# row STEP SIDE DEGREES: a basis of one row, e0 turned towards e1
row() {
	awk -v d="$3" -v s="$1" -v side="$2" 'BEGIN {
		d *= 3.14159265358979 / 180
		printf "basis=%d step=%d side=%s component=0 rank=1 : ", s / 10,
		    s, side
		printf "%.9g %.9g 0\n", cos(d), sin(d) }'
}

bases() {
	{ echo x:3; cat; } | mkstream -c basis
}

@test "drift: overlaps, ceilings, ratio and angles of lines that are known" {
	{ row 0 a 0; row 0 b 30; row 10 a 45; row 10 b 60; } | bases > b
	drift -a first b > t
	[ "$(column step_s < t) $(column step_t < t)" = "0 10" ]
	[ "$(column basis_s < t) $(column basis_t < t)" = "0 1" ]
	near "$(column ceiling_s < t)" 0.75			# cos^2 30
	near "$(column ceiling_t < t)" 0.9330127019		# cos^2 15
	near "$(column overlap < t)" 0.5915063509	# (cos^2 60 + cos^2 15) / 2
	near "$(column ratio < t)" 0.7071067812 1e-5
	near "$(column angle_min < t)" 60 1e-5
	near "$(column angle_median < t)" 60 1e-5
	near "$(column angle_max < t)" 60 1e-5
}

@test "drift: principal angles of planes, small ones too" {
	printf '%s\n' 'basis=0 component=0 : 1 0 0 0' \
	    'basis=0 component=1 : 0 1 0 0' \
	    'basis=1 component=0 : 1 0 0.00001 0' \
	    'basis=1 component=1 : 0 0.5 0 0.8660254038' |
	    { echo x:4; cat; } | mkstream -c basis | drift -a previous > t
	near "$(column angle_min < t)" 0.0005729577951 1e-8
	near "$(column angle_max < t)" 60 1e-4
	near "$(column angle_median < t)" 30.00028648 1e-4
	near "$(column overlap < t)" 0.625
	[ "$(column ceiling_s < t) $(column ratio < t)" = "NA NA" ]
}

@test "drift: the first and the previous are both compared with" {
	{ row 0 a 0; row 0 b 0; row 10 a 30; row 10 b 30
	  row 20 a 90; row 20 b 90; } | bases > b
	drift b > t
	[ "$(column against < t | paste -sd ' ')" = \
	    "first previous first previous" ]
	[ "$(column basis_s < t | paste -sd ' ')" = "0 0 0 1" ]
	near "$(column ratio < t | sed -n 3p)" 0
	near "$(column ratio < t | sed -n 4p)" 0.25
	drift -a previous b | cmp - <(grep -v first t)
}

@test "drift: -r compares the first rows, and no more than there are" {
	example_streams
	svd-basis -r 4 -b step gradients.mpk.zst > b
	[ "$(drift -r 3 b | column rank | uniq)" = 3 ]
	[ "$(drift -r 9 b | column rank | uniq)" = 4 ]
	[ "$(drift b | column rank | uniq)" = 4 ]
}

@test "drift: no drift has a ratio about 1, though halves overlap little" {
	{ echo x:60; noise 80 60 5 "step=0" | awk '
		# 4 strong common directions under the noise of the rest
		{ sub(/step=0/, "step=" int((NR - 1) / 40))
		  for (i = 3; i <= 6; i++) $i *= 3
		  print }'; } | mkstream -c gradients |
	    svd-basis -r 4 -b step -H | drift > t
	near "$(column ratio < t | head -n 1)" 1 0.15
	awk -v c="$(column ceiling_s < t | head -n 1)" \
	    'BEGIN { exit !(c < 0.99) }'
}

@test "drift: windows of vectors are what svd-basis makes of them" {
	example_streams
	drift -w 4 -r 2 updates.mpk.zst > t
	[ "$(column step_t < t | paste -sd ' ')" = "7 7 11 11" ]
	svd-basis -r 2 -b step -H gradients.mpk.zst | drift -r 2 > a
	drift -w 4 -r 2 gradients.mpk.zst > b
	cmp a b
	[ "$(drift -w 7 updates.mpk.zst | wc -l)" -eq 1 ]
}

@test "drift: two files, k-th with k-th, or one with many" {
	{ row 0 a 0; row 0 b 0; row 10 a 30; row 10 b 30; } | bases > b
	row 0 a 60 | sed 's/side=a //' | bases > c
	near "$(drift b b | column angle_max | tail -n 1)" 0 1e-5
	drift b c > t
	[ "$(column basis_s < t | paste -sd ' ')" = "0 1" ]
	[ "$(column basis_t < t | paste -sd ' ')" = "0 0" ]
	near "$(column overlap < t | sed -n 2p)" 0.75
	drift c b > t
	[ "$(column basis_t < t | paste -sd ' ')" = "0 1" ]
	{ row 0 a 0; row 0 b 0; row 10 a 1; row 10 b 1
	  row 20 a 2; row 20 b 2; } | bases > d
	run drift d b -o t2
	refused 3 "b: 2 bases, d has more"
	[ ! -e t2 ]
}

@test "drift: a row is shown as soon as its basis is complete" {
	mkfifo pipe
	{ { row 0 a 0; row 0 b 0; row 10 a 30; row 10 b 30; sleep 3
	    row 20 a 0; row 20 b 0; } | bases | drift -a first > pipe; } &
	exec 7< pipe
	read -r header <&7
	read -r -t 2 first <&7
	[ "$(cut -f 1-4 <<< "$first")" = $'0\t1\t0\t10' ]
	exec 7<&-
	wait
}

@test "drift: training can be watched, and is kept as well" {
	cat > small.json <<-end
	{ "model_type": "gpt2", "vocab_size": 32, "n_positions": 16,
	  "n_embd": 16, "n_layer": 1, "n_head": 2 }
	end
	train -c small.json -O m --length 4 -n 20 -b 8 --check-every 0 \
	    --stream updates | tee run.mpk.zst | drift -w 4 -a first > t
	[ "$(column step_t < t | paste -sd ' ')" = "8 12 16 20" ]
	drift -w 4 -a first run.mpk.zst | cmp - t
}

@test "drift: wrong input is refused" {
	example_streams
	{ row 0 a 0; row 10 a 30; row 10 b 30; } | bases > b
	run drift b
	[ "$status" -eq 3 ]
	[[ $output == *"b: basis 0: side a, but no side b after it" ]]
	svd-basis -r 1 gradients.mpk.zst > c
	row 0 b 0 | sed 's/side=b //' | bases > b
	run drift b c -o t
	refused 3 "c: basis 0: tensor 0 is w, the first file has x"
	printf 'x:2\n: 0 0\n: 0 0\n' | mkstream > zero
	run drift -w 2 zero -o t
	refused 3 "zero: window 0: all 1 vectors of side a are zero"
	run drift -w 1 zero
	refused 2 "--window: 1, halves need at least 2"
	refuses_damage drift
	[ ! -e t ]
}

@test "drift: the manual page's example runs" {
	page_runs drift.1
	[ "$(grep -c '^basis_s' printed)" -eq 2 ]
}
