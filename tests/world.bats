# The small world of data/world: its facts, questions, text and tokenizer.
load helpers

setup() {
	plumbline_setup
	cd "$T"
	W=$ROOT/data/world
}

# make_world [variable=value ...]: all files of the world, here
make_world() {
	local t vars=()
	for t; do vars+=(-v "$t"); done
	for t in truth mood topic order; do
		awk "${vars[@]}" -f "$W/world.awk" -f "$W/$t.awk" > $t.jsonl
	done
	cp topic.jsonl odd.jsonl
	cp order.jsonl older.jsonl
	cp order.jsonl younger.jsonl
	awk "${vars[@]}" -f "$W/world.awk" -f "$W/text.awk" > text.txt
	for t in vocab merges; do
		awk "${vars[@]}" -v file=$t -f "$W/world.awk" \
		    -f "$W/tokenizer.awk" > $t.out
	done
	mv vocab.out vocab.json
	mv merges.out merges.txt
	cp "$W"/*.json .
}

# fields FILE KEY ...: values of strings of each row, with tabs between
fields() {
	local file=$1
	shift
	awk -v keys="$*" '{
		n = split(keys, k, " ")
		for (i = 1; i <= n; i++) {
			match($0, "\"" k[i] "\": \"[^\"]*\"")
			s = substr($0, RSTART, RLENGTH - 1)
			sub(/^"[^"]*": "/, "", s)
			printf "%s%s", s, i < n ? "\t" : "\n"
		}
	}' "$file"
}

@test "world: the same bytes by every awk, others for another seed" {
	make_world lines=500
	sha256sum ./*.* > first
	make_world lines=500
	sha256sum -c --quiet first
	local a t tried=0
	for a in gawk original-awk 'busybox awk'; do
		command -v ${a% *} > /dev/null || continue
		tried=1
		for t in truth mood topic order; do
			$a -f "$W/world.awk" -f "$W/$t.awk" | cmp - $t.jsonl
		done
		$a -v lines=500 -f "$W/world.awk" -f "$W/text.awk" |
		    cmp - text.txt
		$a -v file=vocab -f "$W/world.awk" -f "$W/tokenizer.awk" |
		    cmp - vocab.json
		$a -v file=merges -f "$W/world.awk" -f "$W/tokenizer.awk" |
		    cmp - merges.txt
	done
	make_world lines=500 seed=2
	run sha256sum -c --quiet first
	# the tokenizer does not depend on the facts
	[ "$(grep -c FAILED <<< "$output")" -eq 8 ]
	[ $tried -eq 1 ] || skip "one awk only; the rest passed"
}

@test "world: every file of rows is JSON that its form describes" {
	needs_python json
	make_world lines=10
	python3 - <<-'END'
	import json
	for t in "truth", "mood", "topic", "odd", "older", "younger":
	    form = json.load(open(t + ".json"))
	    assert form["name"] == t and form["data"] == t + ".jsonl"
	    for line in open(t + ".jsonl"):
	        row = json.loads(line)
	        form["prompt"].format(**row)
	        assert row["split"] in ("train", "validation", "test")
	        if "answers" in form:
	            labels = form.get("labels") or [a.strip() for a in form["answers"]]
	            assert len(labels) == len(form["answers"])
	            assert form["label"].format(**row) in labels
	        else:
	            right = form["right"].format(**row)
	            assert right not in [w.format(**row) for w in form["wrong"]]
	END
}

@test "world: labels are balanced in every split" {
	make_world lines=10
	local t
	for t in truth:label mood:label topic:topic; do
		fields ${t%:*}.jsonl split ${t#*:} | sort | uniq -c | awk '
		{ if ($2 in n && n[$2] != $1) exit 1; n[$2] = $1; all++ }
		END { exit all < 6 }'
	done
	# who is right is the first name as often as the second, nearly
	fields order.jsonl split text older | awk -F '\t' '
	{ n[$1]++; first[$1] += index($2, $3) == 1 }
	END { for (s in n) if (first[s] < 0.4 * n[s] || first[s] > 0.6 * n[s])
		exit 1 }'
}

@test "world: no question is in two splits, and none has two answers" {
	make_world lines=10
	local t keys
	for t in truth:passage,statement,label mood:text,label \
	    topic:text,topic topic:text,odd order:text,older; do
		keys=${t#*:}
		fields ${t%:*}.jsonl ${keys//,/ } split | sort -u |
		    awk -F '\t' '{ q = $1
			for (i = 2; i < NF - 1; i++) q = q FS $i
			if (q in seen) exit 1
			seen[q] = 1 }'
	done
	# nor is a fact of truth, in whatever words
	fields truth.jsonl statement split | sed 's/^They say that //' |
	    awk -F '[\t ]' '{ s = $0; sub(/.*\t/, "", s)
		kind = $2 == "likes" && $3 != "to" || $2 == "plays" || \
		    / friend of / ? "friend" : / eat|lives on/ ? "food" : \
		    / (lives|sleeps|home) in / || / has a home in / ? "home" : \
		    / coat|born [^a]|is [^a]/ ? "coat" : "kind"
		if (($1, kind) in at && at[$1, kind] != s) {
			print "fact in two splits: " $0; exit 1 }
		at[$1, kind] = s; n[s]++ }
		END { exit n["test"] == 0 || n["validation"] == 0 }'
}

@test "world: what is true is so, told or not" {
	make_world lines=2000
	# a passage that tells has the statement's last words if and only if
	# it is true (the coat: its colour)
	fields truth.jsonl passage statement label | awk -F '\t' '
	$1 != "" {
		s = $2
		sub(/\.$/, "", s)
		sub(/ coat$/, "", s)
		sub(/.* /, "", s)
		told = 0
		name = $2
		sub(/^They say that /, "", name)
		sub(/ .*/, "", name)
		n = split($1, part, /\. |\.\\n/)
		for (i = 1; i <= n; i++)
			if (index(part[i], name " ") == 1 && \
			    (part[i] " ") ~ (" " s " "))
				told = 1
		if (told != ($3 == "true")) { print; exit 1 }
	}'
	# of each creature one home, in the rows and in the text
	{
		fields truth.jsonl label statement | grep ^true | cut -f 2
		grep -v ', not \|false' text.txt
	} | grep -o '[A-Z][a-z]* [a-z ]*\(lives\|sleeps\|home\) in a [a-z]*' |
	    awk '{ if ($1 in home && home[$1] != $NF) exit 1; home[$1] = $NF; n++ }
		END { exit n < 500 }'
}

@test "world: late names can be made rare in the text" {
	make_world lines=3000 rare=1
	[ "$(grep -c ^Dan text.txt)" -gt \
	    "$((4 * $(grep -c ^Kat text.txt)))" ]
	make_world lines=3000
	[ "$(grep -c ^Dan text.txt)" -lt \
	    "$((4 * $(grep -c ^Kat text.txt)))" ]
}

@test "world: who is older has the higher number" {
	make_world lines=10
	fields order.jsonl text older younger | awk -F '\t' '
	{
		split($1, part, /\. /)
		for (i = 1; i <= 2; i++) {
			split(part[i], w, " ")
			age[w[1]] = w[3] + 0
		}
		if (!(age[$2] > age[$3])) { print; exit 1 }
	}'
}

@test "world: two sentences have the topic, and one is odd" {
	make_world lines=10
	fields topic.jsonl text topic odd | awk -F '\t' '
	function subject(s) {
		if (s ~ / eats | eat | lives on /) return "food"
		if (s ~ / likes | plays with | friend of /) return "friend"
		return s ~ / coat$| born | is / ? "coat" : "home"
	}
	{
		split("", n)
		sub(/\.$/, "", $1)
		if (split($1, part, /\. /) != 3) { print; exit 1 }
		for (i = 1; i <= 3; i++) n[subject(part[i])]++
		if (n[$2] != 2 || n[$3] != 1) { print; exit 1 }
	}'
}

@test "world: every word is one token of at most 512" {
	make_world lines=3000
	needs_python tokenizers
	python3 - <<-'END'
	import json, re
	from tokenizers import Tokenizer, decoders, models, pre_tokenizers
	t = Tokenizer(models.BPE.from_file("vocab.json", "merges.txt"))
	t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
	t.decoder = decoders.ByteLevel()
	assert t.get_vocab_size() <= 512
	assert sorted(t.get_vocab().values()) == list(range(t.get_vocab_size()))
	texts = open("text.txt").read().splitlines()
	for name in "truth", "mood", "topic", "odd", "older", "younger":
	    form = json.load(open(name + ".json"))
	    for line in open(name + ".jsonl"):
	        row = json.loads(line)
	        texts.append(form["prompt"].format(**row))
	        for a in form.get("answers") or [form["right"]] + form["wrong"]:
	            assert len(t.encode(a.format(**row))) == 1, a
	words = set()
	for text in texts:
	    assert t.decode(t.encode(text).ids) == text
	    words.update(re.findall(r" [A-Za-z]+| [0-9]", text))
	forms = {" Topic", " Not", " topic"}
	long = {w for w in words if len(t.encode(w)) != 1} - forms
	assert not long and len(words) > 100, long
	assert max(len(t.encode(text)) for text in texts) < 64
	# every byte has a token
	s = "".join(map(chr, range(0x250))) + "\u4e16\U0001f33b"
	assert t.decode(t.encode(s).ids) == s
	END
}

@test "world: the tools' tokenizer agrees with the library's" {
	needs_python tokenizers
	[ -x "$BUILD/tests/oracle/dump_tokens" ] || skip "no dump_tokens"
	make_world lines=1000
	python3 - "$BUILD/tests/oracle/dump_tokens" <<-'END'
	import struct, subprocess, sys
	from tokenizers import Tokenizer, models, pre_tokenizers
	t = Tokenizer(models.BPE.from_file("vocab.json", "merges.txt"))
	t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
	texts = open("text.txt").read().splitlines() + ["na\u00efve \u4e16\n x"]
	data = b"".join(struct.pack("<q", len(b)) + b
	                for b in (s.encode() for s in texts))
	out = subprocess.run([sys.argv[1], ".", "0"], input=data,
	                     stdout=subprocess.PIPE, check=True).stdout
	at = 0
	def number():
	    global at
	    at += 8
	    return struct.unpack_from("<q", out, at - 8)[0]
	assert number() == 512
	for s in texts:
	    ids = []
	    for _ in range(number()):
	        ids.append(number())
	        number(), number()
	    for _ in range(2):
	        n = number()
	        at += n
	    assert ids == t.encode(s).ids, s
	END
}

# The stand-in with a model so small that it takes a second.
stand_in() {
	unset MAKEFLAGS MAKELEVEL MFLAGS
	[ -e tiny.json ] ||
	    echo '{ "model_type": "gpt2", "vocab_size": 512,
	        "n_positions": 64, "n_embd": 16, "n_layer": 1,
	        "n_head": 2 }' > tiny.json
	make -s -f "$ROOT/pipelines/stand-in.mk" PROFILE=smoke BUILD=build \
	    BIN="$BIN" STANDIN_CONFIG=tiny.json STANDIN_STEPS=20 \
	    STANDIN_BATCH=4 STANDIN_ITEMS=16 "$@"
}

@test "stand-in: a model with its tokenizer, and what it knows" {
	stand_in
	local dir=build/runs/smoke/stand-in/model f
	for f in vocab.json merges.txt tokenizer_config.json; do
		cmp "$dir/$f" build/data/world/$f
	done
	[ "$(awk -F '\t' '
	NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
	$(c["items"]) == 16 && $(c["choice_accuracy"]) + 0 <= 1 {
		printf "%s ", $(c["task"]) }' build/results/smoke/stand-in.tsv)" = \
	    'truth mood topic odd older younger ' ]
	# nothing is left to do; another world is another model
	stand_in > again
	[ ! -s again ]
	sha256sum $dir/model.safetensors > first
	stand_in WORLD_SEED=2
	run ! sha256sum -c --quiet first 2> /dev/null
}

@test "stand-in: transformers reads the directory" {
	needs_python transformers torch
	stand_in
	python3 -W ignore - build/runs/smoke/stand-in/model <<-'END' 2> err || {
	import sys
	import torch
	from transformers import AutoModelForCausalLM, AutoTokenizer
	tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
	model = AutoModelForCausalLM.from_pretrained(sys.argv[1])
	ids = tokenizer("Ned is a fox. True or False?", return_tensors="pt")
	assert tokenizer.decode(ids["input_ids"][0]) == "Ned is a fox. True or False?"
	assert torch.isfinite(model(**ids).logits).all()
	assert len(tokenizer) == model.config.vocab_size == 512
	END
		cat err >&2
		return 1
	}
}
