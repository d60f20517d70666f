# The theorems on quadratic losses that we make ourselves, so that gradient,
# Hessian and everything that follows are known: the pipelines' own recipes,
# with tests/quadratic.c in the place of grad-dump and evaluate.  Where figures
# are estimates they must agree within four standard errors.
load helpers

setup() {
	plumbline_setup
	cd "$T"
	unset MAKEFLAGS MAKELEVEL MFLAGS
	echo '{ "model_type": "gpt2", "vocab_size": 32, "n_positions": 8,
	    "n_embd": 8, "n_layer": 1, "n_head": 2 }' > tiny.json
	mkdir bin
	ln -s "$BIN"/* bin
	rm bin/grad-dump bin/evaluate
	printf '#!/bin/sh\nexec "%s" --gradients "$@"\n' \
	    "$BUILD/tests/quadratic" > bin/grad-dump
	printf '#!/bin/sh\nexec "%s" "$@"\n' \
	    "$BUILD/tests/quadratic" > bin/evaluate
	chmod +x bin/grad-dump bin/evaluate
	PATH=$T/bin:$PATH
	theta=build/runs/smoke/seed-1/theta-F
}

quadratic() {
	"$BUILD/tests/quadratic" "$@"
}

# graph NAME TABLE ...: a pipeline's table of results, on the quadratics of
# the tasks copy, reverse and sort, A being copy
graph() {
	local name=$1 table=$2
	shift 2
	make -f "$ROOT/pipelines/$name.mk" PROFILE=smoke BUILD=build BIN=bin \
	    SEEDS=1 CONFIG=tiny.json LENGTH=2 TASKS='copy reverse sort' \
	    TRAIN_TASKS=copy TASK_A=copy TASK_B=reverse TRAIN_STEPS=1 \
	    TRAIN_OPTIONS= FORGET_STEPS=1 FORGET_BELOW=0 "$@" \
	    "build/results/smoke/$table.tsv" > log 2>&1
	cp "build/results/smoke/$table.tsv" "$table"
	quadratic --truth -m $theta -t copy,reverse,sort > truth
}

# holds FILE EXPRESSION ...: each expression of awk is true of every row of a
# table, whose columns are v("name"); g, tr and F are copy's norm(g), tr H and
# norm(H)_F
holds() {
	local file=$1 e
	shift
	for e in "$@"; do
		awk -F '\t' 'function abs(x) { return x < 0 ? -x : x }
		function v(name) { return $c[f, name] }
		FNR == 1 {
			f++
			for (i = 1; i <= NF; i++) c[f, $i] = i
			next
		}
		f == 1 {
			if (v("task") == "copy") {
				g = v("norm_g")
				tr = v("trace")
				F = v("frobenius")
			}
			next
		}
		{ rows++ }
		!('"$e"') { print "not so:", $0; bad = 1 }
		END { exit bad || !rows }' truth "$file" || {
			echo "of each row of $file: $e"
			return 1
		}
	done
}

# value COLUMN TABLE: of its first row
value() {
	awk -F '\t' -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++)
		if ($i == name) c = i }
	NR == 2 { print $c }' "$2"
}

@test "theory: the stand-in's gradients are its losses' derivatives" {
	train -c tiny.json --length 2 -t copy -n 0 -O theta -q
	# of a quadratic, central differences are exact: F1 = d.g(0), and
	# J(d) - J(-d) around the point p is 2 d.g(p)
	perturb -m theta -S 0.1 -s 5 -o p
	perturb -m theta -S 0.2 -n 1 -s 6 -o d
	lincomb p d -o plus
	lincomb -w 1,-1 p d -o minus
	dot=$(grad-dump -m theta -t copy -d p | cosine -r d | awk -F '\t' '
	    NR == 2 { printf "%.10g", $6 * $7 * $8 }')
	cat plus minus | evaluate -m theta -t copy -d - > j
	awk -F '\t' -v dot="$dot" 'NR == 2 { a = $NF } NR == 3 { b = $NF }
	END { e = (a - b) / 2 - dot; print e
	    exit !(e * e < 1e-10 * dot * dot && dot != 0) }' j
}

@test "theory: F1, F2 and their crossing, and what predicts it" {
	n=2000 k=400
	graph linear-regime regime REGIME_PAIRS=$n REGIME_DIRECTIONS=$k \
	    REGIME_AT=theta-F REGIME_SIGMAS=1e-3:1e-1:3 REGIME_DIFFERENCE=1e-2
	# F1 is normal, so its rms has the relative deviation 1/sqrt(2 n);
	# q = z.Hz has the mean tr H and the variance 2 norm(H)_F^2, and its rms
	# that of q^2, of a normal q, over 2 E q^2 sqrt(n)
	f1="(1 / sqrt(2 * $n))"
	f2="(sqrt(2 * tr^2 * F^2 + 2 * F^4) / (tr^2 + 2 * F^2) / sqrt($n))"
	curvature='sqrt(tr^2 + 2 * F^2)'
	predicted='sqrt(v("trace")^2 + 2 * v("frobenius")^2)'
	holds regime 'v("pairs") == '$n 'v("crossed") == 1' \
	    'abs(v("slope") - 1) < 1e-5' 'v("base_loss") == 1' \
	    'abs(v("sigma_norm_g") / (v("sigma") * g) - 1) < 1e-6' \
	    'abs(v("rms_f1") / (v("sigma") * g) - 1) < 4 * '"$f1" \
	    "abs(v(\"rms_f2\") / (v(\"sigma\")^2 / 2 * $curvature) - 1) < \
		4 * $f2" \
	    "abs(v(\"crossing\") / (2 * g / $curvature) - 1) < \
		4 * sqrt($f1^2 + $f2^2)" \
	    'abs(v("trace") - tr) < 4 * v("trace_error")' \
	    'abs(v("trace_error") / F * sqrt('$k' / 2) - 1) < 0.3' \
	    'abs(v("frobenius") / F - 1) < 4 * 0.71 / sqrt('$k')' \
	    "abs(v(\"predicted_crossing\") * $predicted / (2 * g) - 1) < 1e-6"
}

@test "theory: updates of gradient descent span Krylov spaces" {
	graph krylov krylov KRYLOV_UPDATES=6 KRYLOV_RANK=5 \
	    KRYLOV_STEPS='1e-4 1e-3 1e-2 3e-2'
	# resolved rows are at 1; the largest angle is what rounding makes it
	head -n 1 krylov > resolved
	awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i }
	    $c["resolved"] == 1' krylov >> resolved
	[ "$(wc -l < resolved)" -gt 20 ]
	holds resolved 'v("overlap") > 0.99 && v("overlap") < 1 + 1e-6' \
	    'v("rows") == v("m")' \
	    'v("angle_max") < 57.3 * (10 * v("noise") / v("added") + 1e-6)'
	# m = 5 is resolved at the largest step; no step resolves all
	awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i }
	    $c["variant"] == "gd" && $c["m"] == 5 {
		got = got $c["resolved"] }
	    $c["variant"] == "random" && $c["overlap"] > 0.05 { bad = 1 }
	    END { exit !(got == "0011" && !bad) }' krylov
	# what the m-th update adds is eta^(m-1) beta_2 ... beta_m
	awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i }
	    $c["variant"] != "gd" { next }
	    { p = $c["m"] == 1 ? 1 : p * $c["step_size"] * $c["beta"] }
	    $c["resolved"] == 1 { d = $c["added"] / p - 1
		if (d < 0) d = -d
		n++
		if (d > 1e-3 + 2 * $c["noise"] / $c["added"]) {
			print; bad = 1 } }
	    END { exit bad || n < 8 }' krylov
}

@test "theory: the basis by Lanczos spans the exact Krylov space" {
	graph krylov krylov KRYLOV_UPDATES=6 KRYLOV_RANK=5 KRYLOV_STEPS=3e-2
	quadratic -m $theta -t copy --krylov 6 > exact
	for m in 1 2 3 4 5 6; do
		drift -r $m exact build/runs/smoke/seed-1/krylov/*.basis.mpk.zst
	done | awk -F '\t' '$1 == "basis_s" { for (i = 1; i <= NF; i++)
		c[$i] = i; next }
	    { n++; if ($c["angle_max"] > 1e-2) { print; bad = 1 } }
	    END { exit bad || n != 6 }'
}

@test "theory: the order defect of two steps, and of every pair of tasks" {
	graph order-defect order ORDER_AT=theta-F ORDER_STEPS='1e-3 1e-1' \
	    ORDER_DIFFERENCE=1
	# exact for a quadratic at any step size
	holds order 'v("error") < 1e-5' 'v("cosine") > 1 - 1e-9' \
	    'v("error") < v("floor") + 3e-7' 'v("other_pairs") < 0.95'
	[ "$(wc -l < order)" -eq $((1 + 2 * 3 * 2)) ]
	# the norms are those of the closed form
	tasks=copy,reverse,sort
	quadratic -m $theta -t $tasks --defects > defects
	cosine -a defects > pairs
	exact=$(awk -F '\t' '$1 == "record" { next } {
		n[$1] = $7; n[$5] = $8 } END { print n[0], n[1], n[2] }' pairs)
	awk -F '\t' -v exact="$exact" 'NR == 1 { split(exact, e, " ")
		for (i = 1; i <= NF; i++) c[$i] = i; next }
	    $c["distinct"] == 1 {
		d = $c["measured"] / ($c["step_size"]^2 * e[n++ % 3 + 1]) - 1
		if (d > 2e-6 || d < -2e-6) { print; bad = 1 } }
	    END { exit bad || n != 6 }' order
	# and the direction, by the two steps themselves: A then B less B
	# then A, with eta 0.1
	step() { # A B: the weights after a step on A and one on B
		grad-dump -m $theta -t "$1" --mean | lincomb -w -0.1 - -o one
		grad-dump -m $theta -t "$2" --mean -d one |
		    lincomb -w 1,-0.1 one -
	}
	step copy sort > there
	step sort copy > back
	lincomb -w 1,-1 there back | cosine -r defects > c
	awk -F '\t' '$5 == 1 { exit !($6 > 1 - 1e-9) }' c
	awk -F '\t' -v e="${exact#* }" '$5 == 1 {
		d = $7 / (0.01 * e) - 1
		exit !(d < 1e-5 && d > -1e-5) }' c
}

# gains SIGMA N [OPTION ...]: of perturbations, as reductions of the loss of
# copy and of sort, on which the draw can be chosen
gains() {
	local sigma=$1 n=$2
	shift 2
	perturb -m theta -S "$sigma" -n "$n" -s 3 "$@" |
	    evaluate -m theta -t copy,sort -d - | awk -F '\t' '
	    BEGIN { print "gain\tselect" }
	    $5 == "copy" { copy = $6 }
	    $5 == "sort" { printf "%.10g\t%.10g\n", 1 - $6, 1 - copy }'
}

# follows CURVE: within four standard errors of the theorem's line; the best
# of n in N draws has the deviation 0.6 (n = 10) to 0.35 (1000) scales
follows() {
	awk -F '\t' -v scale="$2" 'NR == 1 { for (i = 1; i <= NF; i++)
		c[$i] = i; next }
	{ d = $c["expected"] - $c["theorem"]
	  rows++
	  if (d < 0) d = -d
	  if (d > 4 * 0.6 * scale * sqrt($c["n"] / $c["draws"])) {
		print; bad = 1 } }
	END { exit bad || rows < 3 }' "$1"
}

@test "theory: the best of n draws, full space and within a subspace" {
	train -c tiny.json --length 2 -t copy -n 0 -O theta -q
	quadratic -m theta -t sort --truth > truth
	norm=$(value norm_g truth)
	scale=$(awk -v n="$norm" 'BEGIN { printf "%.10g", 1e-5 * n }')
	gains 1e-5 20000 > g
	best-of -f -c "$scale" g > fit
	holds fit 'abs(v("ratio") - 1) < 4 / sqrt(2 * 20000)' \
	    'v("p") > 1e-3'
	best-of -n 10,100,1000 -B 0 -c "$scale" g > curve
	follows curve "$scale"
	# beyond the linear regime the gains are not that normal
	gains 1e-2 2000 > far
	best-of -f -c "$(awk -v n="$norm" 'BEGIN { print 1e-2 * n }')" far > fit
	holds fit 'v("p") < 1e-6'
	# within a random subspace: the part of the gradient there
	grad-dump -m theta -t sort --mean -o a
	svd-basis -m random -r 20 a > basis
	capture -b basis a > captured
	scale=$(awk -v n="$norm" -v p="$(value captured_norm captured)" \
	    'BEGIN { printf "%.10g", 1e-5 * n * p }')
	gains 1e-5 20000 -b basis > g
	best-of -n 10,100,1000 -B 0 -c "$scale" g > curve
	follows curve "$scale"
}

@test "theory: chosen on one task, reported on another; on a sphere" {
	train -c tiny.json --length 2 -t copy -n 0 -O theta -q
	grad-dump -m theta -t copy --mean -o select
	grad-dump -m theta -t sort --mean | cosine -r select > c
	# sigma <a_s, a_r> / norm(a_s)
	line=$(awk -v a="$(value cosine c)" -v b="$(value norm c)" \
	    'BEGIN { printf "%.10g", 1e-5 * a * b }')
	gains 1e-5 20000 > g
	best-of -s select -n 10,100,1000 -B 0 -c "$line" g > curve
	# what is reported varies by its own gradient
	follows curve "$(awk -v b="$(value norm c)" 'BEGIN {
		print 1e-5 * b / 0.6 }')"
	# R norm(P a) / sqrt(r) times the sphere's law, 1.41 for r = 2
	grad-dump -m theta -t sort --mean -o a
	svd-basis -m random -r 2 a > basis
	capture -b basis a > captured
	line=$(awk -v a="$(value norm c)" -v p="$(value captured_norm captured)" \
	    'BEGIN { printf "%.10g", 1e-4 * a * p / sqrt(2) }')
	gains 1 20000 -b basis --norm 1e-4 > g
	best-of -r 2 -n 10,100,1000 -B 0 -c "$line" g > curve
	follows curve "$line"
	awk -F '\t' -v line="$line" 'NR == 1 { for (i = 1; i <= NF; i++)
		c[$i] = i; next }
	    $c["n"] == 1000 { r = $c["expected"] / line
		exit !(r > 1.40 && r < 1.4143) }' curve
}
