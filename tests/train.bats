# train: what it learns, streams, resumes and refuses.
load helpers

setup() {
	plumbline_setup
	cd "$T"
	cat > small.json <<-end
	{ "model_type": "gpt2", "vocab_size": 32, "n_positions": 16,
	  "n_embd": 16, "n_layer": 1, "n_head": 2 }
	end
}

# A short run that streams: arguments are added.
short() {
	train -c small.json -t copy,add --length 4 -n 60 -b 16 \
	    --check-every 25 --check-items 32 "$@"
}

# Every file of two directories is the same.
same_dirs() {
	diff -r "$1" "$2"
}

@test "train: the manual page's example runs" {
	page_example train.1 > example.sh
	bash -eu -o pipefail example.sh > out
	# it learned both, and forgot one
	[ "$(awk -F '\t' '$2 == "validation" && $3 == "reverse" { x = $7 }
	    END { print (x > 0.9) }' joint/train.tsv)" = 1 ]
	awk -F '\t' '
	$1 == "delta" { for (i = 1; i <= NF; i++) at[$i] = i; next }
	{ exact[$at["task"]] = $at["exact_match"] }
	END { exit !(exact["copy"] > 0.9 && "reverse" in exact &&
	    exact["reverse"] < 0.7) }' out
}

@test "train: the same command gives the same bytes, for any threads" {
	short -O a --stream updates --threads 1 > a.mpk.zst
	short -O b --stream updates --threads 2 > b.mpk.zst
	short -O c --stream updates --threads 3 -o c.mpk.zst
	same_dirs a b
	same_dirs a c
	cmp a.mpk.zst b.mpk.zst
	cmp a.mpk.zst c.mpk.zst
}

@test "train: another seed, data seed or option gives another model" {
	short -O a
	short -O b -s 1 --data-seed 0
	short -O c --data-seed 1
	short -O d --easy-steps 60
	short -O e --clip 0.1
	[ "$(cat ?/model.safetensors | wc -c)" -gt 0 ]
	[ "$(md5sum ?/model.safetensors | cut -d ' ' -f 1 | sort -u |
	    wc -l)" -eq 5 ]
}

# The steps of the state in a directory; nothing when there is none.
state_step() {
	[ ! -e "$1/state" ] || awk '$1 == "step" { print $2; exit }' \
	    "$1/state" 2>/dev/null
}

# kill_at SIGNAL: starts a run into cut, and kills it when it has saved a
# state that is further than the last one; fails when it ended before
kill_at() {
	local before pid
	before=$(state_step cut.part)
	"${long[@]}" -O cut > cut.mpk.zst &
	pid=$!
	while kill -0 $pid 2>/dev/null; do
		[ "$(state_step cut.part)" = "$before" ] || break
	done
	kill "-$1" $pid 2>/dev/null && ! wait $pid
}

long=(train -c small.json -t copy,add --length 4 -n 900 -b 16 --check-every 50
    --check-items 32 --checkpoint-every 7 --stream updates --every 3)

@test "train: a run that was killed goes on to the same bytes" {
	local killed=0
	"${long[@]}" -O whole > whole.mpk.zst
	for i in 1 2 3 4 5; do
		! kill_at KILL || killed=$((killed + 1))
	done
	[ "$killed" -ge 2 ]
	"${long[@]}" -O cut > cut.mpk.zst
	same_dirs whole cut
	cmp whole.mpk.zst cut.mpk.zst
	[ ! -e cut.part ]
}

@test "train: SIGTERM leaves nothing but what a resume needs" {
	long+=(-o cut.mpk.zst)
	kill_at TERM
	[ ! -e cut ] && [ -e cut.part/state ]
	[ ! -e cut.mpk.zst ] && [ ! -e cut.mpk.zst.tmp ]
	[ ! -e cut.part/state.tmp ]
	"${long[@]}" -O cut
	tensor-check cut.mpk.zst
}

@test "train: an unfinished run of other arguments is refused by name" {
	kill_at KILL
	run "${long[@]}" -O cut --stream none --lr 0.5
	refused 3 "cut.part: was begun with other arguments: --lr=0.001"
	sed -i 's/"n_head": 2/"n_head": 4/' small.json
	run "${long[@]}" -O cut -s 4
	refused 3 "cut.part: was begun with other arguments"
	rm -r cut.part
	"${long[@]}" -O cut -n 3 > cut.mpk.zst
}

@test "train: a damaged state is refused, not gone on from" {
	kill_at KILL
	size=$(wc -c < cut.part/state)
	printf X | dd of=cut.part/state bs=1 seek=$((size / 2)) conv=notrunc \
	    2>/dev/null
	run "${long[@]}" -O cut -o cut.mpk.zst
	refused 3 "cut.part/state: is damaged"
}

@test "train: a damaged copy of the stream is refused" {
	# far enough that the state counts on records
	until [ "$(state_step cut.part)" -ge 7 ] 2>/dev/null; do
		kill_at KILL
	done
	printf X | dd of=cut.part/spool bs=1 seek=100 conv=notrunc 2>/dev/null
	run "${long[@]}" -O cut -o cut.mpk.zst
	refused 3 "cut.part/spool: is damaged"
}

@test "train: two runs cannot write the same directory" {
	"${long[@]}" -n 100000 -O cut > /dev/null &
	pid=$!
	while [ -z "$(state_step cut.part)" ]; do :; done
	run "${long[@]}" -n 100000 -O cut -o cut.mpk.zst
	kill -KILL $pid
	wait $pid 2>/dev/null || true
	refused 3 "cut.part: another run is writing it"
}

@test "train: updates add up to the displacement, whatever their spacing" {
	short -O a --stream updates > a.mpk.zst
	short -O b --stream updates --every 7 > b.mpk.zst
	short -O c --stream displacements --every 60 > c.mpk.zst
	same_dirs a b
	same_dirs a c
	[ "$(tensor-ls a.mpk.zst | wc -l)" -eq 61 ]
	[ "$(tensor-ls b.mpk.zst | wc -l)" -eq 10 ]
	[ "$(tensor-ls c.mpk.zst | wc -l)" -eq 3 ]
	tensor-select --step 60 c.mpk.zst > last.mpk.zst
	for f in a b; do
		lincomb --sum $f.mpk.zst | cosine -r last.mpk.zst > cosine.tsv
		awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
		    NR == 2 { c = $at["cosine"]
		    r = $at["norm"] / $at["reference_norm"] }
		    END { exit !(c > 0.999999 && r > 0.99999 && r < 1.00001) }' \
		    cosine.tsv
	done
}

@test "train: a record's loss is the mean over its steps" {
	short -O a --stream updates --every 7 | tensor-ls > ls.tsv
	awk -F '\t' '
	NR == FNR { if ($2 == "train") { sum += $5; n++ }
	    if ($2 == "train" && ($1 % 7 == 0 || $1 == 60)) {
	    mean[$1] = sum / n; sum = n = 0 } next }
	FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
	{ d = $at["loss"] - mean[$at["step"]]; rows++
	if (d > 1e-6 || d < -1e-6) bad = 1 }
	END { exit bad || rows != 9 }' a/train.tsv ls.tsv
}

@test "train: the last displacement leads from the first model to the last" {
	train -c small.json -O start -n 0 --length 4
	train -m start -O last --length 4 -n 30 -b 16 -t copy \
	    --stream displacements --every 30 |
	    evaluate -m start -d - -t copy --length 4 -n 64 > moved.tsv
	evaluate -m start -t copy --length 4 -n 64 > start.tsv
	evaluate -m last -t copy --length 4 -n 64 > last.tsv
	awk -F '\t' 'FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
	    { x[++n] = $at["loss"] } END {
		exit !(x[1] == x[3] && (x[2] - x[4]) ^ 2 < 1e-10 &&
		    x[1] != x[2]) }' moved.tsv start.tsv last.tsv
}

@test "train: parameters begin with step 0 and end with the model" {
	short -O a --stream parameters --every 60 > a.mpk.zst
	tensor-select --step 60 a.mpk.zst > last.mpk.zst
	lincomb -w 1,-1 last.mpk.zst a | cosine -r last.mpk.zst > zero.tsv
	awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
	    NR == 2 { norm = $at["norm"] } END { exit !(norm == 0) }' zero.tsv
	[ "$(tensor-ls a.mpk.zst | wc -l)" -eq 3 ]
}

@test "train: steps of gradient descent are the gradients of grad-dump" {
	train -c small.json -O start -n 0 --length 4
	train -m start -O next -t sort --length 4 -n 2 -b 16 --optimizer gd \
	    --lr 0.1 --data-seed 3 --stream updates |
	    tensor-select --step 1 > update.mpk.zst
	grad-dump -m start -t sort --length 4 -n 1 -b 16 -s 3 |
	    cosine -r update.mpk.zst > cosine.tsv
	awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
	    NR == 2 { c = $at["cosine"]
	    r = $at["reference_norm"] / $at["norm"] }
	    END { exit !(c < -0.99999 && r > 0.0999 && r < 0.1001) }' \
	    cosine.tsv
}

@test "train: stops when held-out accuracies are reached or lost" {
	train -c small.json -O a -t cummax --length 2 -b 32 --lr 0.01 \
	    -n 2000 --check-every 20 --until-above 0.7
	awk -F '\t' '$2 == "validation" { step = $1; above = $7 >= 0.7;
	    n += above } END { exit !(above && n == 1 && step < 2000) }' \
	    a/train.tsv
	train -m a -O b -t reverse --length 2 -b 32 --lr 0.01 -n 500 \
	    --check-every 5 --until-below cummax=0.5
	awk -F '\t' '$3 == "cummax" { step = $1; below = $7 < 0.5;
	    n += below } END { exit !(below && n == 1 && step < 500) }' \
	    b/train.tsv
}

@test "train: replaces an older model, and nothing else" {
	short -O a
	short -O a -s 5
	short -O b -s 5
	same_dirs a b
	echo precious > a/notes
	run short -O a
	refused 3 "a: holds notes"
	[ "$(cat a/notes)" = precious ]
	mkdir c.part
	echo precious > c.part/notes
	run short -O c
	refused 3 "c.part: holds notes"
}

@test "train: a run that diverges names the step and leaves nothing" {
	run short -O a --optimizer gd --lr 1e30
	refused 3 "step 2: "
	[ ! -e a ] && [ ! -e a.part ]
}

@test "train: learning rates follow the schedule" {
	short -O a --warmup 10 --schedule cosine --lr 0.1 --lr-floor 0.5
	awk -F '\t' '$2 == "train" { r[$1] = $4 }
	    END { exit !(r[1] == 0.01 && r[10] == 0.1 && r[60] == 0.05 &&
	    r[35] < r[34]) }' a/train.tsv
}

@test "train: refuses options that make no sense" {
	run train -O a
	refused 2 "give either --config or --model"
	run short -m nowhere -O a
	refused 2 "give either --config or --model"
	run short
	refused 2 "give --model-out"
	run short -O a -t copy,multiply
	refused 2 "unknown task 'multiply'"
	run short -O a -t copy:0
	refused 2 "all tasks have weight 0"
	run short -O a -t copy:65
	refused 2 "weight '65'"
	run short -O a --lr 0
	refused 2 "--lr: 0 is not positive"
	run short -O a --lr nan
	[ "$status" -eq 2 ]
	run short -O a --lr-floor 2
	refused 2 "--lr-floor: 2"
	run short -O a --beta2 1
	refused 2 "--beta2: 1"
	run short -O a -b 0
	refused 2 "--batch: 0"
	run short -O a --until-below copy
	refused 2 "--until-below: 'copy' is not TASK=X"
	run short -O a --until-above 0.5 --check-every 0
	refused 2 "--check-every: 0"
	run short -O a -o a.mpk.zst
	refused 2 "give --stream"
	run short -O a --length 1
	refused 2 "length 1 "
	[ ! -e a ] && [ ! -e a.part ]
}

@test "train: refuses bad configurations and models by name" {
	run short -O a --length 6
	refused 3 "length 6 needs 19 positions, the model has 16"
	run train -m nowhere -O a
	refused 3 "nowhere"
	sed 's/"n_head": 2/"n_head": 3/' small.json > heads.json
	run train -c heads.json -O a
	refused 3 "heads.json: "
	[[ $output == *n_head* && $output == *16* && $output == *3* ]]
	sed 's/"n_head"/"n_haed": 2, "n_head"/' small.json > key.json
	run train -c key.json -O a
	refused 3 "n_haed"
	[ ! -e a ] && [ ! -e a.part ]
}

@test "train: a full disk and a closed pipe end it, resumable" {
	[ -e /dev/full ] || skip "no /dev/full"
	run short -O a --stream updates -o /dev/full
	refused 4 "/dev/full: "
	[ ! -e a ] && [ -e a.part/state ]
	rm -r a.part
	set +o pipefail
	"${long[@]}" -O cut 2> err | head -c 10 > /dev/null
	[ ! -s err ] && [ ! -e cut ] && [ -e cut.part/state ]
}

@test "train: --dtype rounds the weights that are written, nothing else" {
	needs_python safetensors torch
	for d in f32 f16 bf16; do
		short -O $d --dtype $d --stream updates -n 5 -o $d.mpk.zst
		cmp $d.mpk.zst f32.mpk.zst
		cmp $d/train.tsv f32/train.tsv
	done
	python3 - <<-'END'
	import json, torch
	from safetensors.torch import load_file
	full = load_file("f32/model.safetensors")
	for name, d in ("f16", torch.float16), ("bf16", torch.bfloat16):
	    x = load_file(name + "/model.safetensors")
	    assert x.keys() == full.keys()
	    assert all(x[k].dtype == d for k in x)
	    assert all(torch.equal(x[k], full[k].to(d)) for k in x)
	    with open(name + "/config.json") as f:
	        said = json.load(f)["torch_dtype"]
	    assert getattr(torch, said) == d
	END
}

@test "train: without steps the model is written as one with steps starts" {
	# a tensor of more values than are made at once
	sed -i 's/"vocab_size": 32/"vocab_size": 70000/' small.json
	train -c small.json -n 0 -O a
	short -O b -n 0
	cmp a/model.safetensors b/model.safetensors
	cmp a/config.json b/config.json
	[ "$(wc -l < a/train.tsv)" -eq 1 ]
	[ "$(wc -l < b/train.tsv)" -gt 1 ]
	short --stream parameters -n 1 | tensor-select -s 0 > first
	short -n 0 --stream parameters | cosine -r first > c
	awk -F '\t' 'NR == 2 && $6 != 1 { exit 1 }' c
	# what stands there is not overwritten, and an unfinished one goes on
	mkdir mine && touch mine/thesis
	run train -c small.json -n 0 -O mine
	refused 3 "mine: holds thesis"
	mkdir a.part
	train -c small.json -n 0 -O a
	[ ! -e a.part ]
	cmp a/model.safetensors b/model.safetensors
}
