# The tables of pipelines/random-search.mk on input made by hand, and its
# gains of a small model against the linear ones.
load helpers

setup() {
	plumbline_setup
	cd "$T"
	A=$ROOT/pipelines/tables
}

# near X Y TOLERANCE
near() {
	awk -v x="$1" -v y="$2" -v t="$3" \
	    'BEGIN { d = x - y; exit !(d < t && -d < t) }'
}

heads() {
	printf 'seed\tmode\tsubspace\tdensity\tmass\tgain\tgain_report\n'
}

# gains NAMES SIZES: twenty draws in each of the subspaces, whose density rises
# and whose mass falls; their gains are up to the subspace's size
gains() {
	heads
	awk -v names="$1" -v size="$2" 'BEGIN {
		n = split(names, s, " ")
		split(size, x, " ")
		state = 7
		for (i = 1; i <= n; i++)
			for (k = 1; k <= 20; k++) {
				state = state * 16807 % 2147483647
				g = x[i] * state / 2147483647
				print "1\tnorm\t" s[i] "\t" i "\t" n - i + 1 \
				    "\t" g "\t" g * g
			}
	}'
}

@test "rankings: the correlation is Spearman's" {
	gains 'a b c d' '1 3 2 4' > g
	tawk rankings -v n=5 -v resamples=50 g > t
	# the ranks 1 3 2 4 with 1 2 3 4: 1 - 6 * 2 / (4 * 15)
	[ "$(column spearman < t | paste -sd ' ')" = "0.8 -0.8 1.6" ]
	[ "$(column measure < t | paste -sd ' ')" = "density mass difference" ]
	near "$(column low < t | sed -n 1p)" 0.8 0.41
	# equal densities have their mean rank: 1.5 1.5 3 4 against 1 3 2 4
	awk 'BEGIN { FS = OFS = "\t" } NR > 1 && $4 == 2 { $4 = 1 } { print }' \
	    g > ties
	near "$(tawk rankings -v n=5 -v resamples=0 ties |
	    column spearman | head -n 1)" 0.632455532 1e-8
}

@test "rankings: the weights of the draws are exact" {
	# best of 2 of 0, 1/4, 1/2, 3/4, 1: 3/4, just above or below the other
	for other in 0.7499 0.7501; do
		heads
		for i in 3 1 0 4 2; do
			printf '1\tnorm\ta\t1\t2\t%s\t%s\n' $i $other
			awk -v i=$i 'BEGIN { OFS = "\t"
			    print 1, "norm", "b", 2, 1, i, i / 4 }'
		done
	done > both
	split -l 11 both part-
	[ "$(tawk rankings -v n=2 -v resamples=0 part-aa |
	    column spearman | paste -sd ' ')" = "1 -1 2" ]
	[ "$(tawk rankings -v n=2 -v resamples=0 part-ab |
	    column spearman | paste -sd ' ')" = "-1 1 -2" ]
	[ "$(best-of -b subspace -n 2 -B 0 -g gain_report -s gain part-aa |
	    column expected | sed -n 2p)" = 0.75 ]
}

@test "rankings: resampling is that of the draws" {
	# far apart: no resample changes an order
	gains 'a b c' '1 100 10000' > g
	tawk rankings -v n=5 -v resamples=50 g > t
	[ "$(column low < t | paste -sd ' ')" = "1 -1 2" ]
	[ "$(column high < t | paste -sd ' ')" = "1 -1 2" ]
	# equal: anything may come first
	gains 'a b c d e' '1 1 1 1 1' > g
	tawk rankings -v n=5 -v resamples=50 g > t
	awk -v l="$(column low < t | head -n 1)" \
	    -v h="$(column high < t | head -n 1)" \
	    'BEGIN { exit !(l < 0 && h > 0) }'
}

@test "vote: the answer that most give, of equals the better draw's" {
	printf 'sigma\tdraw\tgain\n1\t4\t0.3\n1\t5\t0.1\n1\t6\t0.2\n' > g
	{
		printf 'delta\tsigma\tdraw\titem\texact\tanswer\n'
		# item 0: 4 is alone against 5 and 6; item 1: all differ;
		# item 2: all agree
		printf '%s\n' 'NA NA NA 0 1 77' 'NA NA NA 1 0 10' \
		    'NA NA NA 2 0 10' '0 1 4 0 0 12' '0 1 4 1 1 31' \
		    '0 1 4 2 1 50' '1 1 5 0 1 77' '1 1 5 1 0 32' \
		    '1 1 5 2 1 50' '2 1 6 0 1 77' '2 1 6 1 0 33' \
		    '2 1 6 2 1 50' | tr ' ' '\t'
	} > items
	tawk vote -v seed=3 -v voters=1,2,3,9 g items > t
	[ "$(column voters < t | paste -sd ' ')" = "1 2 3" ]
	[ "$(column vote < t | paste -sd ' ')" = "0.666666667 0.666666667 1" ]
	[ "$(column base < t | sort -u)" = 0.333333333 ]
	[ "$(column best_single < t | sort -u)" = 0.666666667 ]
	near "$(column mean_single < t | sed -n 2p)" 0.666666667 1e-8
}

@test "top: the best draws of the better scale" {
	printf 'sigma\tgain\n1\t5\n1\t2\n2\t9\n2\t-1\n2\t3\n1\t8\n' > g
	[ "$(tawk top -v k=2 g)" = 2,4 ]
	[ "$(tawk top -v k=5 g)" = 2,4,3 ]
}

@test "gains: in the linear regime they are linear, in every subspace" {
	echo '{ "model_type": "gpt2", "vocab_size": 32, "n_positions": 16,
	    "n_embd": 16, "n_layer": 1, "n_head": 2 }' > c.json
	train -q -c c.json -O m -t copy --length 3 -n 30 -b 32
	on="-m m -t copy --length 3"
	for split in train test; do
		grad-dump $on -s 5 -n 1 -b 64 --split $split --mean
	done > signal
	grad-dump $on -s 6 -n 8 -b 16 | svd-basis -r 4 -o basis
	within() {
		lincomb -l name=full signal | $1
		tensor-select -t '*.attn.*' signal | lincomb -l name=attn - |
		    $1
		project --name span -b basis signal | $1
		project -m residual --name rest -b basis signal | $1
	}
	{ within tensor-ls; within cosine; } |
	    tawk parts > parts
	values=$(tensor-ls signal | column values | head -n 1)
	[ "$(column r < parts | paste -sd ' ')" = \
	    "$values $((16 * 48 + 48 + 16 * 16 + 16)) 4 $((values - 4))" ]
	# span and rest are all of it; capture finds the same mass
	near "$(column mass < parts | awk 'NR > 2 { m += $1 } END { print m }
	    ')" 1 1e-5
	near "$(capture -b basis signal | column captured_energy | head -n 1)" \
	    "$(column mass < parts | sed -n 3p)" 1e-6
	for scale in '--sigma 1e-4' '--norm 1e-3'; do
		p="perturb -m m -n 60 $scale"
		$p | lincomb -l name=full -
		$p -t '*.attn.*' | lincomb -l name=attn -
		$p -b basis | lincomb -l name=span -
		$p | project -m residual --name rest -b basis
	done > draws
	cosine -r signal draws > linear 2> /dev/null
	for split in train test; do
		evaluate $on -s 5 -n 64 --split $split --base -d draws > $split
	done
	tawk gains -v seed=1 -v set=x parts linear train test > g
	[ "$(column draw < g | wc -l)" -eq $((2 * 4 * 60)) ]
	# <P a, P a_report> / norm(P a)
	awk -F '\t' '$3 == "span" && $4 == "sigma" { print $20 / $19 }' g |
	    sort -u > share
	[ "$(wc -l < share)" -eq 1 ]
	near "$(cat share)" \
	    "$(awk '$1 == "span" { print $5 / $3 / $3 }' parts)" 1e-5
	best-of --fit -b seed -b set -b subspace -b mode -b sigma -C scale g \
	    > fit
	# 60 draws: the deviation's own error is 9 %
	[ "$(column ratio < fit | awk '$1 > 0.67 && $1 < 1.33' | wc -l)" -eq 8 ]
	# the gain is -<g, delta>, not its negative, to the curvature
	awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
	{ d = $c["gain"] - $c["linear"]; rest += d * d
	  all += $c["scale"] * $c["scale"] }
	END { exit !(rest < 0.01 * all) }' g
	# and reported, where the two gradients agree
	best-of -n 20 -B 0 -b subspace -b mode -g gain_report -s gain \
	    -C scale_report -R dimension g > best
	[ "$(awk -F '\t' '$1 ~ /full|span/ && $5 > 0.7 * $8 &&
	    $5 < 1.3 * $8' best | wc -l)" -eq 4 ]
}

@test "search: a scale is inside while the rest is small; own is the largest" {
	{
		printf 'seed\tset\tmode\tsigma\tmean\tsd\tks\tp\n'
		printf '1\tx\tsigma\t%s\t0\t1\t0.1\t0.5\n' 1 2 4
	} > fit
	{
		printf 'seed\tset\tmode\tsigma\tr\tscale\tgain\tlinear'
		printf '\tbase\texact\tgain_report\tcosine\n'
		for s in 1 2 4; do
			# the rest is s^2 / 20 of the scale
			awk -v s=$s 'BEGIN { OFS = "\t"; for (i = -1; i < 2;
			    i += 2) print 1, "x", "sigma", s, 9, s,
			    s * (i + s * s / 20), s * i, 0.5, 0.5 + i / 4,
			    i, 0.1 }'
		done
	} > g
	tawk search -v inside=0.25 fit g > t
	[ "$(column inside < t | paste -sd ' ')" = "1 1 0" ]
	[ "$(column own < t | paste -sd ' ')" = "0 1 0" ]
	[ "$(column level < t | paste -sd ' ')" = "1 2 3" ]
	[ "$(column residual < t | paste -sd ' ')" = "0.05 0.2 0.8" ]
	[ "$(column best_exact < t | sort -u)" = 0.75 ]
}
