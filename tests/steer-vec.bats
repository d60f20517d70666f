# steer-vec: its vectors against closed forms and other tools, and what it
# refuses.
load helpers

setup() {
	plumbline_setup
	cd "$T"
	cat > small.json <<-end
	{ "model_type": "gpt2", "vocab_size": 32, "n_positions": 14,
	  "n_embd": 16, "n_layer": 2, "n_head": 2 }
	end
}

# a model, and pairs of activations
model() {
	train -c small.json -O m --length 4 -n 60 -b 16 --lr 0.003 \
	    -t copy,sort --check-every 0
	act-capture -m m --length 4 -t copy,sort -n 40 -c answer \
	    -S 'h.?.out' -o pairs.mpk.zst
}

# values COLUMN FILE: a column of a table, by name
values() {
	awk -F '\t' -v name="$1" '
	NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next }
	{ print $at }' "$2"
}

# agree FILE FILE [COSINE]: vectors of two streams, one by one, have cosines
# of at least that
agree() {
	cat "$1" > agree.a
	cat "$2" > agree.b
	for r in $(seq 0 $(($(tensor-ls agree.a | wc -l) - 2))); do
		cosine -r <(tensor-select -r "$r" agree.a) \
		    <(tensor-select -r "$r" agree.b) > agree.tsv
		values cosine agree.tsv
	done > cosines
	[ "$(wc -l < cosines)" -gt 0 ]
	awk -v least="${3:-0.99999}" '!($1 >= least) {
	    print "cosine", $1; bad = 1 } END { exit bad }' cosines >&2
}

# differences: positive minus negative of each pair on standard input
differences() {
	cat > both.mpk.zst
	lincomb -w 1,-1 <(tensor-select -w side=positive both.mpk.zst) \
	    <(tensor-select -w side=negative both.mpk.zst)
}

@test "steer-vec: the manual page's examples run" {
	page_example steer-vec.1 > example.sh
	bash -eu -o pipefail example.sh > out
	# three cosines, of pca and logistic with those before them
	[ "$(grep -vc cosine out)" -eq 3 ]
	tensor-check shift.mpk.zst
}

@test "steer-vec: the mean difference by hand, weighted by vectors" {
	mkstream > a.mpk.zst <<-end
	h.0.out:3
	side=positive task=t : 1 2 3
	side=negative task=t : 0 5 1
	side=positive task=t vectors=3 : 3 2 -1
	side=negative task=t : 2 1 1
	@ h.1.out:1
	side=negative task=t : 2
	side=positive task=t : 2.5
	end
	steer-vec a.mpk.zst > v.mpk.zst
	[ "$(mkstream --print < v.mpk.zst | tr '\n' ' ')" = "1.5 -1 -1 0.5 " ]
	tensor-ls v.mpk.zst > ls.tsv
	[ "$(values site ls.tsv | tr '\n' ' ')" = "h.0.out h.1.out " ]
	[ "$(values vectors ls.tsv | tr '\n' ' ')" = "6 2 " ]
	[ "$(values method ls.tsv | sort -u)" = mean-difference ]
	[ "$(values content ls.tsv | sort -u)" = steering ]
	[ "$(values task ls.tsv | sort -u)" = t ]
	[ "$(values side ls.tsv | sort -u)" = NA ]
	values norm ls.tsv | awk 'NR == 1 { d = $1 * $1 - 4.25
	    exit !(d < 1e-8 && d > -1e-8) }'
}

@test "steer-vec: sides exchanged, the vector turns round" {
	model
	for m in mean-difference pca logistic; do
		steer-vec -m $m pairs.mpk.zst > v.mpk.zst
		for side in positive negative; do
			tensor-select -w side=$side pairs.mpk.zst |
			    lincomb -w 1 --label side=$([ $side = positive ] &&
			    echo negative || echo positive) \
			    <(tensor-select -w site=h.1.out -w task=copy \
			    -w side=$side pairs.mpk.zst)
		done > turned.mpk.zst
		steer-vec -m $m turned.mpk.zst | lincomb -w -1 - > back.mpk.zst
		tensor-select -w site=h.1.out -w task=copy v.mpk.zst |
		    agree back.mpk.zst -
	done
}

@test "steer-vec: pca is svd-basis of the differences" {
	model
	for where in "-w site=h.0.out -w task=copy" \
	    "-w site=h.1.out -w task=sort"; do
		# shellcheck disable=SC2086
		tensor-select $where pairs.mpk.zst > one.mpk.zst
		steer-vec one.mpk.zst > mean.mpk.zst
		for centre in "" --centre; do
			# shellcheck disable=SC2086
			steer-vec -m pca $centre one.mpk.zst > v.mpk.zst
			# shellcheck disable=SC2086
			differences < one.mpk.zst |
			    svd-basis -r 1 $centre > u.mpk.zst
			cosine -r u.mpk.zst v.mpk.zst > c.tsv
			values cosine c.tsv |
			    awk '{ exit !($1 * $1 > 0.999999) }'
			# and on the side of the mean difference
			cosine -r mean.mpk.zst v.mpk.zst > c.tsv
			values cosine c.tsv | awk '{ exit !($1 > 0) }'
			values norm c.tsv |
			    awk '{ exit !($1 > 0.99999 && $1 < 1.00001) }'
		done
		tensor-ls v.mpk.zst > ls.tsv
		[ "$(values centred ls.tsv)" = 1 ]
	done
	# pairs in any order
	for side in negative positive; do
		tensor-select -w side=$side one.mpk.zst
	done | steer-vec -m pca --centre | agree v.mpk.zst -
}

@test "steer-vec: logistic regression finds a direction by symmetry" {
	# four points, mirrored at a line of direction (2, 1)
	mkstream > a.mpk.zst <<-end
	h:2
	side=positive : 3 4
	side=positive : 7 6
	side=negative : 5 0
	side=negative : 9 2
	end
	# the line through (4, 2), (8, 4); across it (-1, 2)
	mkstream > want.mpk.zst <<-end
	h:2
	: -1 2
	end
	for l2 in 1e-6 0.01 1; do
		steer-vec -m logistic --l2 $l2 a.mpk.zst > v.mpk.zst
		agree want.mpk.zst v.mpk.zst 0.9999999
		tensor-ls v.mpk.zst > ls.tsv
		[ "$(values norm ls.tsv)" = 1 ]
	done
}

@test "steer-vec: a strong penalty makes regression the mean difference" {
	model
	steer-vec pairs.mpk.zst > mean.mpk.zst
	steer-vec -m logistic --l2 1e6 pairs.mpk.zst | agree mean.mpk.zst -
	steer-vec -m logistic --l2 1e-3 pairs.mpk.zst > v.mpk.zst
	run agree mean.mpk.zst v.mpk.zst
	[ "$status" -ne 0 ]
}

@test "steer-vec: sides with nothing between them give 0" {
	model
	act-capture -m m --length 4 -t copy -n 8 -c task=sort -S embed > a
	for m in mean-difference pca logistic; do
		steer-vec -m $m a | mkstream --print > v
		[ "$(sort -u v)" = 0 ]
		[ "$(wc -l < v)" -eq 16 ]
	done
}

@test "steer-vec: tasks are apart, or pooled" {
	model
	steer-vec pairs.mpk.zst > apart.mpk.zst
	tensor-ls apart.mpk.zst > ls.tsv
	[ "$(paste -d : <(values site ls.tsv) <(values task ls.tsv) |
	    tr '\n' ' ')" = \
	    "h.0.out:copy h.1.out:copy h.0.out:sort h.1.out:sort " ]
	steer-vec --pool pairs.mpk.zst > pooled.mpk.zst
	tensor-ls pooled.mpk.zst > ls.tsv
	[ "$(values task ls.tsv | sort -u)" = NA ]
	[ "$(values vectors ls.tsv | tr '\n' ' ')" = "160 160 " ]
	tensor-select -w site=h.1.out apart.mpk.zst | lincomb --mean |
	    agree - <(tensor-select -w site=h.1.out pooled.mpk.zst)
	steer-vec -S h.1.out pairs.mpk.zst | tensor-ls > ls.tsv
	[ "$(values site ls.tsv | sort -u)" = h.1.out ]
	# contrasts and rules for the position are never mixed
	cat pairs.mpk.zst <(act-capture -m m --length 4 -t copy -n 4 \
	    -S h.1.out -c statement) | steer-vec | tensor-ls > ls.tsv
	[ "$(values contrast ls.tsv | tr '\n' ' ')" = \
	    "answer answer answer answer statement " ]
}

@test "steer-vec: a small step's shift is what the slope predicts" {
	model
	grad-dump -m m --length 4 -t copy -n 4 --mean | lincomb -w -1 - > d
	# the slope along d by central differences, at an independent step
	act-capture -m m --length 4 -t copy -n 32 -S 'h.1.out' --mean \
	    -d <(lincomb -w 1e-2 d) > up
	act-capture -m m --length 4 -t copy -n 32 -S 'h.1.out' --mean \
	    -d <(lincomb -w -1e-2 d) > down
	lincomb -w 50,-50 up down > slope
	for eta in 1 0.1 0.01; do
		lincomb -w $eta d | act-capture -m m --length 4 -t copy \
		    -n 32 -S 'h.1.out' --mean -d - --base |
		    steer-vec -m shift | lincomb -w "$(awk -v x=$eta \
		    'BEGIN { print 1 / x }')" - > shift
		cosine -r slope shift > c.tsv
		paste <(values cosine c.tsv) <(values norm c.tsv) \
		    <(values reference_norm c.tsv) |
		    awk '{ print 1 - $1, $2 / $3 - 1 }'
	done > off
	cat off >&2
	# both the angle and the length come closer as the step shrinks
	awk 'function size(x) { return x < 0 ? -x : x }
	{ c[NR] = $1; r[NR] = size($2) }
	END { exit !(r[2] < r[1] / 4 && r[3] < 0.02 && c[2] < c[1] &&
	    c[3] < 1e-4) }' off
}

@test "steer-vec: shifts by hand, by delta and side; of differences too" {
	mkstream > a.mpk.zst <<-end
	h.0.out:2
	side=positive delta=0 step=3 : 2 5
	side=positive : 1 1
	side=negative : 0 0
	side=negative delta=0 step=3 : 1 1
	side=positive delta=1 step=4 : 1 2
	side=negative delta=1 step=4 : 0 7
	end
	steer-vec -m shift a.mpk.zst > v.mpk.zst
	[ "$(mkstream --print < v.mpk.zst | tr '\n' ' ')" = \
	    "1 4 1 1 0 1 0 7 " ]
	tensor-ls v.mpk.zst > ls.tsv
	[ "$(values delta ls.tsv | tr '\n' ' ')" = "0 0 1 1 " ]
	[ "$(values step ls.tsv | tr '\n' ' ')" = "3 3 4 4 " ]
	[ "$(values side ls.tsv | tr '\n' ' ')" = \
	    "positive negative positive negative " ]
	# the class-conditional difference: of shifts, or a shift of differences
	steer-vec a.mpk.zst | steer-vec -m shift | mkstream --print > d
	[ "$(tr '\n' ' ' < d)" = "0 3 0 -6 " ]
}

@test "steer-vec: the same bytes for any threads and memory" {
	model
	for m in mean-difference pca logistic; do
		steer-vec -m $m --threads 1 pairs.mpk.zst > a
		steer-vec -m $m --threads 3 pairs.mpk.zst | cmp - a
		is_sanitized || steer-vec -m $m --memory 66M pairs.mpk.zst |
		    cmp - a
	done
}

@test "steer-vec: refuses activations that do not fit together" {
	try() {
		mkstream > in.mpk.zst
		run steer-vec "$@" in.mpk.zst -o out.mpk.zst
		[ ! -e out.mpk.zst ]
	}
	try <<< $'h:2\nside=positive : 1 2'
	refused 3 "in.mpk.zst: h: no negative side"
	try <<< $'h:2\n: 1 2'
	refused 3 "in.mpk.zst: record 0: its side is not said"
	try <<< $'h:2\nside=a : 1 2'
	refused 3 "record 0: its side is a, positive or negative"
	try <<< $'h:2\nside=positive : 1 2\n@ h:3\nside=negative : 1 2 3'
	refused 3 "record 1: tensor h: shape [3], the first one has [2]"
	try <<< $'h:2x2\nside=positive : 1 2 3 4'
	refused 3 "record 0: tensor h: shape [2,2], not one token's"
	try <<< $'h:1 g:1\nside=positive : 1 2'
	refused 3 "record 0: 2 tensors"
	try <<< $'h:1\nside=positive : nan'
	refused 3 "record 0: tensor h: value 0 of 1 is not a number"
	try <<< $'h:1\nside=positive vectors=0 : 1'
	refused 3 "record 0: a mean of 0 vectors"
	try -m pca <<< $'h:1\nside=positive vectors=2 pair=0 : 1'
	refused 3 "record 0: a mean of 2 vectors, where each is needed"
	try -m pca <<< $'h:1\nside=positive : 1'
	refused 3 "record 0: no label pair"
	one=$'h:1\nside=positive pair=4 : 1\n'
	try -m pca <<< "${one}side=positive pair=4 : 2"
	refused 3 "record 1: h: pair 4 has two positive sides"
	try -m pca <<< "${one}side=negative pair=5 : 2"
	refused 3 "h: pair 4 has no negative side"
	try -m shift <<< $'h:1\ndelta=0 : 1'
	refused 3 "h: no activations without a delta"
	try -m shift <<< $'h:1\n: 1'
	refused 3 "no activations at a delta"
	try -S x <<< $'h:1\nside=positive : 1'
	refused 3 "no activations at such a site"
	try <<< $'h:1'
	refused 3 "in.mpk.zst: no activations"
	mkstream > whole <<< $'h:1\nside=positive : 1\nside=negative : 2'
	head -c -10 whole > cut.mpk.zst
	run steer-vec cut.mpk.zst -o out.mpk.zst
	refused 3 "cut.mpk.zst: "
	[ ! -e out.mpk.zst ]
}

@test "steer-vec: refuses options that make no sense" {
	run steer-vec -m magic
	[ "$status" -eq 2 ]
	run steer-vec --l2 0
	refused 2 "--l2: 0 is not positive"
	run steer-vec --centre
	refused 2 "--centre is for --method pca"
}
