# evaluate: what its rows are, and what it refuses.
load helpers

setup() {
	plumbline_setup
	cd "$T"
	cat > small.json <<-end
	{ "model_type": "gpt2", "vocab_size": 32, "n_positions": 16,
	  "n_embd": 16, "n_layer": 1, "n_head": 2 }
	end
	train -c small.json -O m --length 4 -n 30 -b 16 --check-every 0 \
	    --stream displacements --every 15 -o moved.mpk.zst
}

measure() {
	evaluate -m m --length 4 -n 32 "$@"
}

@test "evaluate: the manual page's example runs" {
	page_example evaluate.1 > example.sh
	bash -eu -o pipefail example.sh > out
	# a row for each displacement, and the loss falls
	head -n 5 out > moved
	[ "$(cut -f 2 moved | tr '\n' ' ')" = "step 0 20 40 60 " ]
	columns loss moved > losses
	awk 'NR == 1 { a = $1 } END { exit !($1 < a - 0.5) }' losses
	[ "$(columns draw search.tsv | tail -n 1)" = 99 ]
}

@test "evaluate: rows add up their items" {
	measure > rows.tsv
	measure --per-item > items.tsv
	[ "$(wc -l < rows.tsv)" -eq 7 ]
	[ "$(wc -l < items.tsv)" -eq $((1 + 6 * 32)) ]
	columns task loss tokens correct exact items.tsv > items
	columns task loss token_accuracy exact_match rows.tsv > rows
	awk 'NR == FNR { loss[$1] += $2; tokens[$1] += $3
	    right[$1] += $4; exact[$1] += $5; next }
	    { d = loss[$1] / 32 - $2
	    if (tokens[$1] != 128 || d > 1e-7 || d < -1e-7 ||
	    right[$1] / 128 - $3 > 1e-9 || $3 - right[$1] / 128 > 1e-9 ||
	    exact[$1] / 32 != $4) bad = 1 } END { exit bad }' items rows
}

@test "evaluate: an item does not depend on how many others there are" {
	measure -n 64 --per-item -t add > few.tsv
	measure -n 128 --per-item -t add > many.tsv
	head -n 65 many.tsv | cmp - few.tsv
	measure -n 64 --per-item -t add --threads 1 | cmp - few.tsv
	measure -n 64 --per-item -t copy,add,sort |
	    grep -e '^delta' -e '	add	' | cmp - few.tsv
}

@test "evaluate: deltas are added to the model, one by one, exactly" {
	measure -t copy,sort > base.tsv
	lincomb -w 0 moved.mpk.zst | measure -t copy,sort -d - > zero.tsv
	for i in 0 1 2; do
		awk -F '\t' -v i=$i '$1 == i' zero.tsv | cut -f 14- |
		    cmp - <(tail -n 2 base.tsv | cut -f 14-)
	done
	# what comes before or after a delta does not matter
	measure -t copy,sort -d moved.mpk.zst --base > all.tsv
	head -n 3 all.tsv | cmp - base.tsv
	[ "$(cut -f 1 all.tsv | tr '\n' ' ')" = \
	    "delta NA NA 0 0 1 1 2 2 " ]
	[ "$(cut -f 2 all.tsv | tr '\n' ' ')" = \
	    "step NA NA 0 0 15 15 30 30 " ]
	tensor-select --step 30 moved.mpk.zst |
	    measure -t copy,sort -d - | tail -n 2 | cut -f 2- |
	    cmp - <(tail -n 2 all.tsv | cut -f 2-)
}

@test "evaluate: a recipe does what its values do, whatever came before" {
	perturb -m m -n 9 -s 5 | svd-basis -r 3 -o basis.mpk.zst
	mixed() {
		perturb -m m -S 0.05 -n 2 -a "$@"
		perturb -m m --norm 2 -n 2 -t 'h.0.attn.*' "$@"
		perturb -m m --relative -S 0.3 -t '*.weight' "$@"
		perturb -m m -S 0.5 -b basis.mpk.zst -n 2 "$@"
		perturb -m m -S 0.5 -b basis.mpk.zst -t 'wte*' "$@"
		perturb -m m -S 0.02 --scheme reseeded "$@"
	}
	mixed > recipes
	mixed --dense > dense
	lincomb -w 0.5 recipes > half
	lincomb -w 0.5 dense > half-dense
	cat recipes moved.mpk.zst half > a
	cat dense moved.mpk.zst half-dense > b
	measure -t add,copy --threads 1 -d b > want.tsv
	[ "$(columns loss want.tsv | sort -u | wc -l)" -gt 40 ]
	for threads in 1 2 3; do
		measure -t add,copy --threads $threads -d a | cmp - want.tsv
	done
	# each by itself
	for i in 0 3 5 9 10; do
		tensor-select -r $i recipes | measure -t add,copy -d - |
		    cut -f 2- > one
		awk -v i=$i '$1 == i' want.tsv | cut -f 2- |
		    cmp - <(tail -n 2 one)
	done
}

@test "evaluate: a row bears its delta's labels" {
	perturb -m m -n 2 -a -S 0.1:0.2:2 --relative -t 'h.*' |
	    measure -t copy --base -d - > rows.tsv
	columns sigma method group draw pair sign norm rows.tsv > labels
	diff labels - <<-end
	NA	NA	NA	NA	NA	NA	NA
	0.1	relative	h.*	0	0	1	NA
	0.1	relative	h.*	0	0	-1	NA
	0.1	relative	h.*	1	1	1	NA
	0.1	relative	h.*	1	1	-1	NA
	0.2	relative	h.*	0	2	1	NA
	0.2	relative	h.*	0	2	-1	NA
	0.2	relative	h.*	1	3	1	NA
	0.2	relative	h.*	1	3	-1	NA
	end
	perturb -m m --norm 0.5 | measure -t copy -d - > rows.tsv
	[ "$(columns sigma norm method rows.tsv)" = "NA	0.5	NA" ]
}

# weights BIAS ROW: as a delta, from the model to one whose scores are all 0,
# but for those of token ROW, which are BIAS
weights() {
	local names="wte.weight:32x16 wpe.weight:16x16 h.0.ln_1.weight:16
	    h.0.ln_1.bias:16 h.0.attn.c_attn.weight:16x48
	    h.0.attn.c_attn.bias:48 h.0.attn.c_proj.weight:16x16
	    h.0.attn.c_proj.bias:16 h.0.ln_2.weight:16 h.0.ln_2.bias:16
	    h.0.mlp.c_fc.weight:16x64 h.0.mlp.c_fc.bias:64
	    h.0.mlp.c_proj.weight:64x16 h.0.mlp.c_proj.bias:16
	    ln_f.weight:16 ln_f.bias:16"
	lincomb -w -1 m | mkstream --print | awk -v bias="$1" -v row="$2" \
	    -v names="$(echo $names)" 'BEGIN { print names; printf ":" }
	    { x[NR] = $1 } END { x[NR] += bias; x[row * 16 + 16] += 1
	    for (i = 1; i <= NR; i++) printf " %s", x[i]; print "" }' |
	    mkstream
}

@test "evaluate: an answer is what the model puts at each target" {
	for token in 7 10 31; do
		weights 9 $token | measure -t add,sort --per-item -d - |
		    columns answer - > answers
		[ "$(wc -l < answers)" -eq 64 ]
		case $token in
		7) want=7777 ;;
		*) want='????' ;;
		esac
		[ "$(sort -u answers)" = "$want" ]
	done
	# when all is right, the answers are the task's
	train -c small.json -O sorts -t sort --length 2 -n 300 -b 32 \
	    --lr 0.01 --check-every 0
	evaluate -m sorts -t sort --length 2 -n 64 --per-item > items.tsv
	columns exact answer items.tsv | awk '$1 == 1 { n++
	    if ($2 !~ /^[0-9][0-9]$/ ||
	    substr($2, 1, 1) > substr($2, 2, 1)) bad = 1 }
	    END { exit bad || n < 16 }'
	evaluate -m sorts -t sort --length 2 -n 64 --per-item --json |
	    grep -c '"answer":"[0-9?][0-9?]","chosen":null}' | grep -qx 64
}

@test "evaluate: rows come while deltas still arrive" {
	mkfifo deltas table
	measure -t copy -d - < deltas > table &
	exec 5> deltas 6< table
	size=$(wc -c < moved.mpk.zst)
	# the producer is held up before its end: rows are there already
	head -c $((size - 40)) moved.mpk.zst >&5
	for want in delta 0 1; do
		read -r -t 20 -u 6 first rest
		[ "$first" = "$want" ]
	done
	tail -c 40 moved.mpk.zst >&5
	exec 5>&-
	[ "$(cut -f 1 <&6)" = 2 ]
	wait $!
}

# unfinished SIGNAL OPTION ...: a run into out.tsv that a signal ended after
# results of the ten or eleven deltas in d; want.tsv is that of a whole run
unfinished() {
	local i size=0 last=-1
	[ -e d ] || train -c small.json -O other --length 4 -n 20 -b 16 \
	    --check-every 0 --stream displacements --every 2 -o d
	measure -d d "${@:2}" -o want.tsv
	rm -f held out.tsv
	mkfifo held
	measure -d - "${@:2}" -o out.tsv < held 2> message &
	exec 5> held
	head -c -40 d >&5
	# all are kept when no more come
	for i in {1..100}; do
		[ "$size" -gt 0 ] && [ "$size" -eq "$last" ] && break
		sleep 0.2
		last=$size
		[ ! -e out.tsv.part ] || size=$(stat -c %s out.tsv.part)
	done
	kill -"$1" $!
	exec 5>&-
	if wait $!; then return 1; fi
	[ ! -e out.tsv ]
	[ -s out.tsv.part ]
	cp out.tsv.part kept
}

# goes_on OPTION ...: the run again, to its end, which is that of a whole run
goes_on() {
	rm -f out.tsv out.tsv.tmp
	measure -v -d - "$@" -o out.tsv < d 2> message
	cmp out.tsv want.tsv
	[ ! -e out.tsv.part ]
}

@test "evaluate: a run that was killed goes on, to the same bytes" {
	for signal in KILL TERM; do
		for o in "-t copy,sort" "-t add --per-item" "-t copy --base"; do
			unfinished $signal $o
			goes_on $o
			grep -Eq 'part: (1[0-9]|2[0-2]) results were there' \
			    message
		done
	done
}

@test "evaluate: what is cut or damaged of it counts for nothing" {
	unfinished KILL -t copy
	size=$(stat -c %s kept)
	for n in 0 1 100 $((size / 2)) $((size - 130)) $((size - 1)) $size; do
		head -c "$n" kept > out.tsv.part
		goes_on -t copy
		[ "$n" -gt 100 ] || ! grep -q 'were there' message
	done
	# a byte of the fourth result from the end
	cp kept out.tsv.part
	printf '\001' | dd of=out.tsv.part bs=1 seek=$((size - 460)) \
	    conv=notrunc status=none
	cp out.tsv.part damaged
	goes_on -t copy
	grep -q 'part: [67] results were there' message
	# nor does it hide what comes after it, when that run ends early, too
	cp damaged out.tsv.part
	head -c -40 d | run measure -t copy -d - -o out.tsv
	[ "$status" -eq 3 ] && [ ! -e out.tsv ]
	goes_on -t copy
	grep -Eq 'part: 1[01] results were there' message
}

@test "evaluate: other work does not go on with what was kept" {
	unfinished TERM -t copy
	# other deltas after the fifth: the first five count
	tensor-select -r 0-4 d > five
	cp d all
	cat five moved.mpk.zst > d
	measure -t copy -d d -o want.tsv
	goes_on -t copy
	grep -q 'the inputs are others after 5 results' message
	# the same labels, other values; the same values, other labels
	for o in "-w 2" "--label name=x"; do
		lincomb $o all > d
		measure -t copy -d d -o want.tsv
		cp kept out.tsv.part
		goes_on -t copy
		grep -Eq 'the inputs are others after [01] results' message
	done
	# another command, another model
	cp all d
	for o in "-t copy -n 31" "-t sort" "-t copy --split train"; do
		measure -d d $o -o want.tsv
		cp kept out.tsv.part
		goes_on $o
		grep -q 'is of another command or other inputs' message
		! grep -q 'were there' message
	done
	rm -r m
	cp -r other m
	measure -d d -t copy -o want.tsv
	cp kept out.tsv.part
	goes_on -t copy
	grep -q 'is of another command or other inputs' message
}

@test "evaluate: one run at a time, and none but files are kept" {
	mkfifo held
	measure -t copy -d - -o out.tsv < held &
	exec 5> held
	head -c -40 moved.mpk.zst >&5
	for i in {1..100}; do
		[ ! -s out.tsv.part ] || break
		sleep 0.1
	done
	run measure -t copy -d moved.mpk.zst -o out.tsv 5>&-
	refused 3 "out.tsv.part: another run is writing it"
	tail -c 40 moved.mpk.zst >&5
	exec 5>&-
	wait $!
	measure -t copy -d moved.mpk.zst > want.tsv
	cmp out.tsv want.tsv
	measure -t copy -d moved.mpk.zst -o /dev/null
	[ ! -e /dev/null.part ]
	[ "$(ls)" = "$(ls | grep -v part)" ]
}

@test "evaluate: splits and seeds are different examples" {
	for o in "-s 0" "-s 1" "--split train" "--split validation"; do
		measure -t copy $o > rows.tsv
		columns loss rows.tsv
	done | sort -u > losses
	[ "$(wc -l < losses)" -eq 4 ]
}

@test "evaluate: --json has the same figures" {
	needs python3
	measure -t copy > rows.tsv
	measure -t copy --json > rows.json
	python3 - <<-end
	import json
	row = json.loads(open("rows.json").read())
	line = open("rows.tsv").read().splitlines()
	cells = dict(zip(line[0].split("\t"), line[1].split("\t")))
	assert list(row) == list(cells)
	assert row["loss"] == float(cells["loss"])
	assert row["delta"] is None and cells["delta"] == "NA"
	end
}

@test "evaluate: refuses deltas of another layout, and cut ones" {
	sed 's/"n_embd": 16/"n_embd": 8/' small.json > other.json
	train -c other.json -O other -n 0 --length 4
	lincomb other > other.mpk.zst
	run measure -d other.mpk.zst -o out.tsv
	refused 3 "other.mpk.zst: record 0: tensor wte.weight"
	[[ $output == *"[32,8]"* && $output == *"[32,16]"* ]]
	[ ! -e out.tsv ]
	head -c -10 moved.mpk.zst > cut.mpk.zst
	run measure -d cut.mpk.zst -o out.tsv
	refused 3 "cut.mpk.zst: "
	[ ! -e out.tsv ]
	run measure -d /dev/null
	refused 3 "/dev/null: "
}

@test "evaluate: a delta that destroys the model is named" {
	lincomb -w 1e38 moved.mpk.zst |
	    tensor-select --step 30 > huge.mpk.zst
	run measure -d huge.mpk.zst -t copy
	[ "$status" -eq 3 ]
	[[ ${lines[-1]} == *"copy: sequence 0: "*"not finite"* ]]
}

@test "evaluate: refuses options that make no sense" {
	run evaluate
	refused 2 "give --model"
	run measure -n 0
	refused 2 "--items: 0"
	run measure --base
	refused 2 "--base is for --deltas"
	run measure -t nothing
	refused 2 "unknown task 'nothing'"
	run measure -t copy:2
	refused 2 "task copy: a weight is for train"
	run measure --length 9
	refused 3 "length 9 needs 28 positions, the model has 16"
	run measure -m nowhere
	refused 3 "nowhere"
}

# delta WEIGHT TENSOR NUMBERS: a delta of model m that is WEIGHT in these
# values (as awk numbers them, from 0) of one tensor, or with WEIGHT "clear"
# takes them away, and is 0 elsewhere
delta() {
	local first
	lincomb m | tensor-ls -t | awk -F '\t' 'NR > 1 {
	    gsub(/\[|\]/, "", $5); gsub(/,/, "x", $5)
	    printf "%s:%s ", $3, $5 } END { print "" }'
	first=$(lincomb m | tensor-ls -t | awk -F '\t' -v tensor="$2" '
	    NR > 1 { if ($3 == tensor) print n; n += $6 }')
	lincomb m | mkstream --print | awk -v w="$1" -v at="$3" \
	    -v first="$first" 'BEGIN { n = split(at, a, " ")
	    for (i = 1; i <= n; i++) hit[first + a[i]] = 1
	    printf ":" }
	    { x = w == "clear" ? -$1 : w
	    printf " %s", hit[NR - 1] ? x : 0 }
	    END { print "" }'
}

# vector SITE NUMBERS: a steering vector of width 16
vector() {
	printf '%s:16\n:' "$1"
	shift
	printf ' %s' "$@"
	echo
}

# alike FILE FILE: numbers of rows agree to rounding
alike() {
	paste "$1" "$2" | awk '{ d = $1 - $2; if (NF != 2 || d > 2e-5 ||
	    d < -2e-5) { print; bad = 1 } } END { exit bad || NR == 0 }' >&2
}

E5=(0 0 0 0 0 1 0 0 0 0 0 0 0 0 0 0)

@test "evaluate: steering the last norm is moving its bias or its weight" {
	vector final_norm "${E5[@]/1/-2}" | mkstream > v.mpk.zst
	# h - 2 s e_5: the bias falls by as much
	measure --steer v.mpk.zst --strength 1,-0.5 > steered.tsv
	{ delta -2 ln_f.bias 5; delta 1 ln_f.bias 5 | tail -n 1; } |
	    mkstream | measure -d - --base > moved.tsv
	columns loss steered.tsv > a
	columns loss moved.tsv > b
	alike a b
	[ "$(sort -u a | wc -l)" -eq 18 ]
	# nothing left along e_5
	measure --steer v.mpk.zst --steer-how ablate | columns loss \
	    /dev/stdin | tail -n 6 > a
	lincomb -w 1,1 <(delta clear ln_f.weight 5 | mkstream) \
	    <(delta clear ln_f.bias 5 | mkstream) | measure -d - |
	    columns loss /dev/stdin > b
	alike a b
	# nothing but what is along e_5
	others="0 1 2 3 4 6 7 8 9 10 11 12 13 14 15"
	measure --steer v.mpk.zst --steer-how project | columns loss \
	    /dev/stdin | tail -n 6 > a
	lincomb -w 1,1 <(delta clear ln_f.weight "$others" | mkstream) \
	    <(delta clear ln_f.bias "$others" | mkstream) | measure -d - |
	    columns loss /dev/stdin > b
	alike a b
}

@test "evaluate: a steered task token is another task's" {
	# embed(copy) - embed(sort), taken away at the task's token
	act-capture -m m --length 4 -t copy -n 2 -S embed -a 0 -c task=sort |
	    steer-vec | measure -t copy --steer - --steer-at 0 \
	    --strength -1 | columns loss /dev/stdin | tail -n 1 > a
	# the rows of the two tokens exchanged (those of the scores, too, but
	# neither is ever a target)
	mkstream --print < <(lincomb m) | head -n 512 > wte
	sed -n '177,192p' wte > copy			# token 11
	sed -n '209,224p' wte > sort			# token 13
	{
		delta 0 wte.weight 0 | head -n 1
		printf ':'
		paste copy sort | awk 'NR == FNR { d[NR] = $2 - $1; next }
		    END { for (i = 0; i < 32 * 16; i++) { r = int(i / 16)
		    x = (r == 11) - (r == 13)
		    printf " %.9g", x * d[i % 16 + 1] } }' - /dev/null
		mkstream --print < <(lincomb m) | tail -n +513 |
		    awk '{ printf " 0" } END { print "" }'
	} | mkstream | measure -t copy -d - | columns loss /dev/stdin > b
	alike a b
	measure -t copy | columns loss /dev/stdin > c
	run alike a c
	[ "$status" -ne 0 ]
}

@test "evaluate: strength 0 and a zero vector give the unsteered bits" {
	{
		vector h.0.out "${E5[@]}"
		echo "@ h.0.attn_out:16"
		vector x "${E5[@]/1/0}" | tail -n 1
	} | mkstream > v.mpk.zst
	for how in add ablate project; do
		measure --steer v.mpk.zst --strength 0,1 --steer-how $how \
		    > steered.tsv
		[ "$(columns vector site strength steered.tsv | wc -l)" -eq 30 ]
		measure | columns loss /dev/stdin > base
		for rows in 1,6 7,12 19,24 25,30; do
			columns loss steered.tsv | sed -n ${rows}p |
			    cmp - base
		done
		run cmp <(columns loss steered.tsv | sed -n 13,18p) base
		[ "$status" -ne 0 ]
	done
	columns vector site strength vector_norm steered.tsv | uniq > points
	printf '%s\t%s\t%s\t%s\n' NA NA 0 NA 0 h.0.out 0 1 0 h.0.out 1 1 \
	    1 h.0.attn_out 0 0 1 h.0.attn_out 1 0 | cmp - points
}

@test "evaluate: vectors are compared at equal norm, and where it is said" {
	vector h.0.mlp_out "${E5[@]}" | mkstream > v.mpk.zst
	lincomb -w 4 v.mpk.zst > long.mpk.zst
	measure --steer v.mpk.zst --strength 3 > want.tsv
	measure --steer long.mpk.zst --steer-norm 3 > have.tsv
	cmp <(columns loss have.tsv) <(columns loss want.tsv)
	[ "$(columns vector_norm have.tsv | tail -n 1)" = 3 ]
	# ablation does not see how long a vector is, or which way it points
	lincomb -w -2 v.mpk.zst | measure --steer-how ablate --steer - > a
	measure --steer-how ablate --steer v.mpk.zst > b
	cmp <(columns loss a) <(columns loss b)
	# from "=" on, one token, all: each is something else
	for at in all answer marker:= 0; do
		vector embed "${E5[@]}" | mkstream |
		    measure -t sort --steer - --steer-at $at |
		    columns loss /dev/stdin | tail -n 1
	done | sort -u > losses
	[ "$(wc -l < losses)" -eq 4 ]
	# what stands before "=" at the last layer's output changes nothing
	vector h.0.out "${E5[@]}" | mkstream > last.mpk.zst
	measure -t sort --steer last.mpk.zst --steer-at 2 > a
	alike <(columns loss a | head -n 1) <(columns loss a | tail -n 1)
	alike <(measure --steer last.mpk.zst --steer-at answer |
	    columns loss /dev/stdin) <(measure --steer last.mpk.zst |
	    columns loss /dev/stdin)
}

@test "evaluate: steering goes on after a kill, at deltas and by item, too" {
	vector h.0.out "${E5[@]}" | mkstream > v.mpk.zst
	how=(--steer v.mpk.zst --strength 1,-1 -d moved.mpk.zst)
	measure "${how[@]}" > whole.tsv
	[ "$(wc -l < whole.tsv)" -eq $((1 + 3 * 3 * 6)) ]
	# at a delta it is the moved model that is steered
	tensor-select --step 30 moved.mpk.zst | measure -d - --steer v.mpk.zst \
	    --strength 1,-1 > one.tsv
	cmp <(columns strength task loss one.tsv) \
	    <(columns strength task loss whole.tsv | tail -n 18)
	measure "${how[@]}" --threads 1 | cmp - whole.tsv
	measure "${how[@]}" --per-item -t copy > items.tsv
	[ "$(wc -l < items.tsv)" -eq $((1 + 3 * 3 * 32)) ]
	mkfifo deltas
	# not the function, whose kill would leave the tool behind
	evaluate -m m --length 4 -n 32 "${how[@]:0:4}" -d - -o t.tsv < deltas &
	exec 5> deltas
	head -c $(($(wc -c < moved.mpk.zst) - 40)) moved.mpk.zst >&5
	for i in $(seq 100); do
		[ "$(wc -c < t.tsv.part 2> /dev/null || echo 0)" -gt 1500 ] &&
		    break
		sleep 0.1
	done
	kill -9 $!
	wait $! || true
	exec 5>&-
	[ -e t.tsv.part ]
	measure "${how[@]:0:4}" -d - -o t.tsv < moved.mpk.zst
	cmp t.tsv whole.tsv
}

@test "evaluate: refuses vectors that do not suit the model" {
	for bad in "h.1.out:16|the model, of 1 layers, has no site h.1.out" \
	    "x:16|has no site x" \
	    "h.0.out:8|h.0.out: 8 values, the model's width is 16" \
	    "embed:8 h.0.out:8|2 tensors, not a vector of one site"; do
		{ echo "${bad%%|*}"; echo ":$(printf ' 1%.0s' {1..16})"; } |
		    mkstream > v.mpk.zst
		run measure --steer v.mpk.zst -o out.tsv
		refused 3 "v.mpk.zst: record 0: "
		[[ $output == *"${bad##*|}"* ]]
		[ ! -e out.tsv ]
	done
	run measure --steer <(echo embed:16 | mkstream)
	refused 3 "no vectors"
	run measure --strength 2
	refused 2 "how to steer is for --steer"
	run measure --steer-at answer
	refused 2 "how to steer is for --steer"
	run measure --steer v --steer-norm -1
	refused 2 "--steer-norm: -1 is below 0"
	run measure --steer v --steer-norm 1 --steer-how ablate
	refused 2 "--steer-norm is for --steer-how add"
	run measure --steer v --steer-at end
	refused 2 "--steer-at: 'end' is not a position"
	run measure --steer - -d -
	refused 2 "both read standard input"
}
