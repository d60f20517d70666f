# text tasks: rows of a file as prompts, answers that are scored, in all tools.
load helpers

# a vocabulary of the printable bytes, blank and line feed, and three words
setup() {
	plumbline_setup
	cd "$T"
	mkdir tok
	LC_ALL=C awk 'BEGIN { printf "{"
	    for (i = 33; i < 127; i++) {
		c = sprintf("%c", i)
		printf "\"%s%s\": %d, ", c == "\"" || c == "\\" ? "\\" : "", c, n++
	    }
	    printf "\"Ġ\": %d, \"Ċ\": %d, \"Ġy\": %d, \"es\": %d, \"Ġyes\": %d, " \
		"\"<|endoftext|>\": %d}\n", n, n + 1, n + 2, n + 3, n + 4, n + 5
	}' > tok/vocab.json
	printf '#version: 0.2\nĠ y\ne s\nĠy es\n' > tok/merges.txt
	echo '{ "tokenizer_class": "GPT2Tokenizer" }' > tok/tokenizer_config.json
	cat > small.json <<-end
	{ "model_type": "gpt2", "vocab_size": 100, "n_positions": 48,
	  "n_embd": 16, "n_layer": 1, "n_head": 2 }
	end
	cat > ask.json <<-'end'
	{ "name": "ask", "data": "rows.jsonl", "prompt": "{q}? ({n})",
	  "answers": [" yes", " no", "{maybe}"], "label": "{a}",
	  "labels": ["yes", "no", "may"], "split": "{s}" }
	end
	for i in {0..29}; do
		case $((i % 3)) in 0) a=yes ;; 1) a=no ;; *) a=may ;; esac
		case $((i % 5)) in 0) s=test ;; 1) s=validation ;; *) s=train ;; esac
		echo "{ \"q\": \"row $i\", \"n\": 0.1, \"a\": \"$a\", \"s\": \"$s\" }"
	done > rows.jsonl
	cat > own.json <<-'end'
	{ "prompt": "{q}:", "right": "{r}", "wrong": ["{w}"] }
	end
	for i in {0..39}; do
		echo "{ \"q\": \"number $i\", \"r\": \" $i\", \"w\": \" $((i + 1))\" }"
	done > own.jsonl
	train -c small.json --tokenizer tok -n 0 -O m
}

@test "text: results of an item depend neither on -n nor on threads" {
	evaluate -m m -t ask.json --split train --per-item -n 0 > all
	[ "$(wc -l < all)" -eq 19 ]
	evaluate -m m -t ask.json --split train --per-item -n 7 --threads 1 > few
	head -n 8 all | cmp - few
	evaluate -m m -t ask.json --split train --per-item -n 500 --threads 2 |
	    cmp - all
	evaluate -m m -t ask.json --split train -n 0 > sum
	columns loss tokens chosen all | awk -v want="$(columns \
	    loss choice_accuracy sum)" '{ l += $1 * $2; t += $2; c += $3 }
	    END { split(want, w); d = l / t - w[1]; e = c / NR - w[2]
	    exit !(d * d < 1e-12 && e * e < 1e-12) }'
	# every row of the split, once, in an order that the seed draws
	evaluate -m m -t ask.json --split train --per-item -n 0 -s 1 > other
	run ! cmp -s all other
	cmp <(columns loss all | sort) <(columns loss other | sort)
}

@test "text: the answer that is chosen is the likeliest as loss says" {
	train -m m -t own.json:own.jsonl -n 20 --lr 0.01 -b 8 --check-every 0 -O m2
	# the losses of the other answers are those of rows where they are right
	sed 's/"r"\(.*\)"w"/"w"\1"r"/' own.jsonl > swapped.jsonl
	evaluate -m m2 -t own=own.json:swapped.jsonl --split train -n 0 \
	    --per-item > swapped
	evaluate -m m2 -t own=own.json:own.jsonl --split train -n 0 --per-item > items
	paste <(columns loss tokens chosen items) <(columns loss tokens chosen \
	    swapped) | awk '{ a = $1 * $2; b = $4 * $5
	    if ($3 != (a < b) || $6 != (b < a)) bad = 1; n[$3]++ }
	    END { exit bad || NR < 20 || n[0] == 0 || n[1] == 0 }'
}

@test "text: gradients of answers add up" {
	# that of answer 0, 1, 2 is that of rows where it is the right one
	sed 's/"{maybe}"/" q"/; s/" yes"/" r"/; s/" no"/" t"/' ask.json > one.json
	for a in 0 1 2 right wrong; do
		grad-dump -m m -t one.json -n 1 -b 18 --answer $a > $a.mpk.zst
	done
	for a in yes no may; do
		sed "s/\"a\": \"[a-z]*\"/\"a\": \"$a\"/" rows.jsonl > $a.jsonl
	done
	i=0
	for a in yes no may; do
		grad-dump -m m -t one.json:$a.jsonl -n 1 -b 18 > right.$a
		cosine -r $i.mpk.zst right.$a > cos
		columns cosine cos | awk '{ exit !($1 > 1 - 1e-6) }'
		i=$((i + 1))
	done
	cosine -r right.mpk.zst wrong.mpk.zst > cos
	columns cosine cos | awk '{ exit !($1 < 0.999) }'
	# rows where the first is right: wrong is the second, else the first
	grad-dump -m m -t one.json:yes.jsonl -n 1 -b 18 --answer wrong |
	    cosine -r 1.mpk.zst > cos
	columns cosine cos | awk '{ exit !($1 > 1 - 1e-6) }'
	run -2 grad-dump -m m -t one.json -n 1 --answer 3
	[[ $output == *"ask: answer 3: there are 3, from 0" ]]
	run -2 grad-dump -m m --length 4 -t copy -n 1 --answer wrong
}

@test "text: shuffled labels leave prompts alone and change answers" {
	grad-dump -m m -t ask.json -n 2 -b 18 > a.mpk.zst
	grad-dump -m m -t ask.json -n 2 -b 18 --control shuffled-labels > b.mpk.zst
	[ "$(tensor-ls b.mpk.zst | wc -l)" = "$(tensor-ls a.mpk.zst | wc -l)" ]
	run ! cmp -s a.mpk.zst b.mpk.zst
	grad-dump -m m -t ask.json -n 2 -b 18 --control shuffled-labels |
	    cmp - b.mpk.zst
	# all rows have the same label: nobody's answer is another
	sed 's/"a": "[a-z]*"/"a": "no"/' rows.jsonl > no.jsonl
	grad-dump -m m -t ask.json:no.jsonl -n 2 -b 18 > c.mpk.zst
	grad-dump -m m -t ask.json:no.jsonl -n 2 -b 18 \
	    --control shuffled-labels > d.mpk.zst
	tensor-export -o c.npz c.mpk.zst
	tensor-export -o d.npz d.mpk.zst
	cmp c.npz d.npz
	printf 'text %s\n' {0..20} > t.txt
	run grad-dump -m m -t text:t.txt --control shuffled-labels -n 1
	refused 2 "the texts of task t have no answers"
}

@test "text: contrasts give steer-vec both sides" {
	sed 's/, "{maybe}"//; s/, "may"//' ask.json > two.json
	grep -v may rows.jsonl > two.jsonl
	printf 'good %s\n' {0..30} > good.txt
	printf 'bad %s\n' {0..30} > bad.txt
	for c in "-c answer -t two.json:two.jsonl" "-c label -t two.json:two.jsonl" \
	    "-c texts -t text:good.txt,text:bad.txt" \
	    "-c answer -t own.json:own.jsonl"; do
		# shellcheck disable=SC2086
		act-capture -m m $c -n 0 -S h.0.out > a.mpk.zst
		steer-vec a.mpk.zst | tensor-ls > ls
		[ "$(wc -l < ls)" -eq 2 ]
		# shellcheck disable=SC2086
		act-capture -m m $c -n 0 -S h.0.out --mean | steer-vec |
		    cosine -r <(steer-vec a.mpk.zst) > cos
		columns cosine cos | awk '{ exit !($1 > 1 - 1e-6) }'
		steer-vec a.mpk.zst | evaluate -m m -t own.json:own.jsonl \
		    --steer - --steer-at answer --strength 5 > steered
		columns loss steered | uniq | wc -l | grep -qx 2
	done
	run -2 act-capture -m m -c label -t own.json:own.jsonl
	[[ $output == *"label is for two answers"* ]]
	run -2 act-capture -m m -c statement -t own.json:own.jsonl
	run -2 act-capture -m m -c texts -t own.json:own.jsonl
	act-capture -m m -t own.json:own.jsonl -a marker:25 -n 3 > /dev/null
}

@test "text: a marker is a token or a text, the first of them" {
	# tokens: o n e _yes _ o r _yes _ 1 0 _ N : and the answer
	for i in {0..9}; do
		echo "{ \"q\": \"one yes or yes 10 $i\", \"r\": \" $i\", \"w\": \" a\" }"
	done > own.jsonl
	own=(-m m -t own.json:own.jsonl -n 0 --split train)
	for text in yes ' y' = '"' ' yes10'; do
		run act-capture "${own[@]}" -a "marker:$text" -o o
		refused 3 "task own: example 0: the marker's "
		[ ! -e o ]
	done
	run act-capture "${own[@]}" -a marker:10 -o o
	refused 3 "task own: example 0: none of its 16 tokens is 10"
	for rule in 'n|1' 'one|2' ' yes|3' 'e yes|3' 'or yes|7' '"10"|10' \
	    ':|13' '98|3'; do
		text=${rule%|*} at=${rule#*|}
		act-capture "${own[@]}" -S embed -a "marker:$text" -o o
		[ "$(tensor-ls o | columns position /dev/stdin | sort -u)" = \
		    "$at" ]
		act-capture "${own[@]}" -S embed -a "$at" -o at
		cmp <(mkstream --print < o) <(mkstream --print < at)
	done
	run act-capture "${own[@]}" -a 'marker:é'
	refused 2 "--at: marker"
	run act-capture "${own[@]}" -a 'marker:""'
	refused 2 "--at: 'marker:\"\"' is not a position"
	run act-capture -m m --length 4 -t copy -a 'marker: yes'
	refused 2 "--at: marker: yes: tasks of digits have no text but ="
}

@test "text: steering at a text is steering at its last token" {
	for i in {0..19}; do
		echo "{ \"q\": \"one yes or $i\", \"r\": \" $i\", \"w\": \" a\" }"
	done > own.jsonl
	act-capture -m m -t own.json:own.jsonl -S embed -c answer |
	    steer-vec > v.mpk.zst
	for at in 3 'marker: yes' 'marker:one yes' marker:98 \
	    'marker:nowhere' 4; do
		evaluate -m m -t own.json:own.jsonl -n 0 --split train \
		    --steer v.mpk.zst --strength 9 --steer-at "$at" |
		    columns loss /dev/stdin > "at $at"
		sed -n '$p' "at $at"
	done > losses
	[ "$(sed -n 1,4p losses | sort -u | wc -l)" -eq 1 ]
	[ "$(sort -u losses | wc -l)" -eq 3 ]
	# nothing is changed where it does not stand
	[ "$(sort -u 'at marker:nowhere' | wc -l)" -eq 1 ]
	run evaluate -m m --length 4 -t copy --steer v.mpk.zst \
	    --steer-at 'marker: yes'
	refused 2 "--steer-at: marker: yes: tasks of digits"
}

@test "text: a task of weight 0 is not trained on, but stops the run" {
	train -m m -t ask.json,own.json:own.jsonl:0 -n 30 -b 8 --lr 0.01 \
	    --check-every 5 --until-below own=1 -O a
	[ "$(columns split task a/train.tsv | grep -c '^train	ask$')" -le 30 ]
	columns split task a/train.tsv > rows
	run ! grep 'train.*own' rows
	columns split task choice_accuracy a/train.tsv |
	    grep '^validation	own	[0-9.]*$'
	run -2 train -m m -t ask.json:0 -n 1 -O b
	[[ $output == *"all tasks have weight 0" ]]
	run -2 train -m m -t ask.json -n 1 -O b --until-below copy=0.5
	run -2 train -m m -t ask.json,copy -n 1 -O b
	[[ $output == *"task ask is of text, copy is not" ]]
}

@test "text: digits are a weight, or the file of a built-in form" {
	sed 's/"q"/"question"/; s/"r"/"answer_matching_behavior"/;
	    s/"w"/"answer_not_matching_behavior"/' own.jsonl > 7
	train -m m -t caa:7:2,ask.json:3 -n 5 -b 5 --check-every 0 -O a
	evaluate -m m -t caa:7 -n 1 | cut -f 14 | grep -qx caa
	run -2 evaluate -m m -t ask.json:3
	[[ $output == *"task ask: a weight is for train"* ]]
	run -2 evaluate -m m -t caa
	[[ $output == *"caa: names no data: give caa:FILE"* ]]
	run -3 evaluate -m m -t own.json
	[[ $output == *"own.json: names no data"* ]]
}

@test "text: a model keeps its tokenizer, and streams their inputs" {
	for f in vocab.json merges.txt tokenizer_config.json; do
		cmp m/$f tok/$f
	done
	train -m m -t ask.json -n 2 -b 4 --check-every 0 -O m3 --stream updates \
	    > s.mpk.zst
	cmp m3/vocab.json tok/vocab.json
	# on tasks of digits it is not asked for
	train -m m -t copy --length 4 -n 1 -b 4 --check-every 0 -O m4
	[ ! -e m4/vocab.json ]
	run -3 train -c small.json --tokenizer nowhere -n 0 -O m5
	[ ! -e m5 ]
	grad-dump -m m -t "x=$T/ask.json:$T/rows.jsonl" -n 1 > g.mpk.zst
	tensor-ls -p g.mpk.zst > p
	grep -q 'x=ask.json:rows.jsonl' p
	run ! grep -q "$T" p
	tensor-ls -p --json g.mpk.zst > p.json || true
	grad-dump -m m -t ask.json:rows.jsonl -n 1 > g2.mpk.zst
	sed -i '1s/row 0/row 99/' rows.jsonl
	grad-dump -m m -t ask.json:rows.jsonl -n 1 > g3.mpk.zst
	run ! cmp -s <(zstd -dc g2.mpk.zst | head -c 4000) \
	    <(zstd -dc g3.mpk.zst | head -c 4000)
}

# says FILE: what a config.json says of its first and last tokens
says() {
	grep -o '"[bep][oa][sd]_token_id": [^ ]*,$' "$1" | tr -d '\n '
}

@test "text: a new model's configuration names the tokenizer's tokens" {
	# setup's tokenizer names none
	[ -z "$(says m/config.json)" ]
	cat > tok/tokenizer_config.json <<-end
	{ "tokenizer_class": "GPT2Tokenizer", "bos_token": "es",
	  "eos_token": { "__type": "AddedToken", "content": "<|endoftext|>" },
	  "pad_token": null }
	end
	train -c small.json --tokenizer tok -n 0 -O new
	[ "$(says new/config.json)" = '"bos_token_id":97,"eos_token_id":99,' ]
	train -c small.json --tokenizer tok -t ask.json -b 2 -n 1 \
	    --check-every 0 -O trained
	cmp new/config.json trained/config.json
	for f in llama mistral qwen2 qwen3 olmo olmo2; do
		[ $f = mistral ] && window='"sliding_window": null,' || window=
		cat > $f.json <<-end
		{ "model_type": "$f", $window "vocab_size": 100, "hidden_size": 16,
		  "max_position_embeddings": 16, "num_hidden_layers": 1,
		  "num_attention_heads": 2, "num_key_value_heads": 2,
		  "head_dim": 8, "intermediate_size": 8 }
		end
		train -c $f.json --tokenizer tok -n 0 -O $f
		[ "$(says $f/config.json)" = "$(says new/config.json)" ]
	done
	# on tasks of digits there is no tokenizer
	train -c small.json --tokenizer tok -t copy --length 4 -n 1 -b 4 \
	    --check-every 0 -O digits
	[ -z "$(says digits/config.json)" ]
	# the vocabulary, of the tokenizer or of the model, does not have it
	sed -i 's/"es"/"none"/' tok/tokenizer_config.json
	train -c small.json --tokenizer tok -n 0 -O less
	[ "$(says less/config.json)" = '"eos_token_id":99,' ]
	sed 's/: 100/: 99/' small.json > few.json
	train -c few.json --tokenizer tok -n 0 -O few
	[ -z "$(says few/config.json)" ]
	rm tok/tokenizer_config.json
	train -c small.json --tokenizer tok -n 0 -O bare
	[ -z "$(says bare/config.json)" ]
	for bad in '{ "eos_token": 5 }' '{ "eos_token": { "content": 1 } }' \
	    '{ "eos_token": {} }'; do
		echo "$bad" > tok/tokenizer_config.json
		run train -c small.json --tokenizer tok -n 0 -O bad
		refused 3 "train: tok/tokenizer_config.json: "
		[[ $output == *eos_token* || $output == *content* ]]
		[ ! -e bad ]
	done
}

@test "text: a model keeps what its configuration says of tokens" {
	sed 's/}/, "bos_token_id": 7, "eos_token_id": [1, 2, 300], "pad_token_id": null }/' \
	    small.json > named.json
	cat > tok/tokenizer_config.json <<-end
	{ "tokenizer_class": "GPT2Tokenizer", "bos_token": "<|endoftext|>" }
	end
	want='"bos_token_id":7,"eos_token_id":[1,2,300],"pad_token_id":null,'
	train -c named.json --tokenizer tok -n 0 -O a
	[ "$(says a/config.json)" = "$want" ]
	train -m a -t ask.json -n 1 -b 2 --check-every 0 -O b
	cmp a/config.json b/config.json
	# what was said of none stays so
	train -m m --tokenizer tok -t ask.json -n 1 -b 2 --check-every 0 -O c
	cmp m/config.json c/config.json
}

@test "text: longer rows are left out, with one warning" {
	run --separate-stderr evaluate -m m -t ask.json --split train -n 0 \
	    --max-tokens 19
	[ "$status" -eq 0 ]
	[[ $stderr == *"rows.jsonl: "*" of 30 rows have more than 19 tokens"* ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
	run --separate-stderr evaluate -q -m m -t ask.json --split train \
	    --max-tokens 19
	[ -z "$stderr" ]
	run -3 evaluate -m m -t ask.json --max-tokens 3
	refused 3 "rows.jsonl: all 30 rows have more than 3 tokens"
	# what was left out leaves no trace in the others
	grep -v 'r": " [1-9][0-9]' own.jsonl > short.jsonl
	for f in own short; do
		evaluate -q -m m -t own=own.json:$f.jsonl --split train -n 0 \
		    --max-tokens 12 --per-item > $f.tsv
	done
	[ "$(wc -l < own.tsv)" -gt 4 ]
	cmp own.tsv short.tsv
}

# bad MESSAGE: rows.jsonl from standard input is refused so
bad() {
	cat > rows.jsonl
	run evaluate -m m -t ask.json -o out.tsv
	refused 3 "$1"
	[ ! -e out.tsv ]
}

@test "text: rows are refused by file, line and name" {
	local good='{"q":"a","n":1,"a":"yes","s":"test"}'
	bad "rows.jsonl: line 2: field q is missing" \
	    <<< "$good"$'\n{"n":1,"a":"yes","s":"test"}'
	bad "rows.jsonl: line 1: field q is null" \
	    <<< '{"q":null,"n":1,"a":"yes","s":"test"}'
	bad "line 1: field n: is neither text nor a number" \
	    <<< '{"q":"a","n":[1],"a":"yes","s":"test"}'
	bad "line 3: label 'perhaps' is none of 3" \
	    <<< "$good"$'\n\n{"q":"a","n":1,"a":"perhaps","s":"test"}'
	bad "line 1: split 'dev' is none of" \
	    <<< '{"q":"a","n":1,"a":"yes","s":"dev"}'
	bad "line 1: duplicate object key" \
	    <<< '{"q":"a","q":"b","n":1,"a":"yes","s":"test"}'
	bad "line 1: is not an object" <<< '[1]'
	bad "line 1: " <<< '{"q":'
	bad "line 1: holds a NUL" < <(printf '{"q":"\0"}\n')
	bad "line 1: " < <(printf '{"q":"\377"}\n')
	bad "line 1: " <<< '{"q":"\u0000","n":1,"a":"yes","s":"test"}'
	bad "line 1: " <<< '{"q":"é漢","n":1,"a":"yes","s":"test"}'
	bad "rows.jsonl: no rows" < /dev/null
	bad "ask: no row of rows.jsonl is of the split test" \
	    <<< '{"q":"a","n":1,"a":"yes","s":"train"}'
	run act-capture -m m -t ask.json --split validation
	refused 3 "no row of rows.jsonl is of the split validation"
	rm rows.jsonl
	run evaluate -m m -t ask.json
	refused 3 "rows.jsonl: No such file"
	for r in ' 1' ''; do
		echo "{\"q\":\"a\",\"r\":\"$r\",\"w\":\" 1\"}" > own.jsonl
		run evaluate -m m -t own.json:own.jsonl
		[ -n "$r" ] && refused 3 "line 1: answers ' 1' and ' 1' are the" ||
		    refused 3 "line 1: an answer without tokens"
	done
	echo '{"q":"a","r":" 1","w":" 2"}' > own.jsonl
	sed 's/{q}:/{q}/' own.json > bare.json
	echo '{"q":"","r":" 1","w":" 2"}' > own.jsonl
	run evaluate -m m -t bare.json:own.jsonl
	refused 3 "line 1: a prompt of 0 tokens"
	printf 'x\n' > t.txt
	run evaluate -m m -t text:t.txt
	refused 3 "t.txt: line 1: a text of 1 tokens"
	mkdir d
	run evaluate -m m -t text:d
	refused 3 "evaluate: d: Is a directory"
	run evaluate -m m -t own.json:d
	refused 3 "evaluate: d: Is a directory"
}

# It is not read again for a digest, which would wait for ever.
@test "text: rows from a pipe are as good as from a file" {
	grad-dump -m m -t ask.json:rows.jsonl -n 1 -b 4 > a.mpk.zst
	mkfifo pipe
	cat rows.jsonl > pipe &
	timeout 20 grad-dump -m m -t ask.json:pipe -n 1 -b 4 > b.mpk.zst
	[ "$(cosine a.mpk.zst -r b.mpk.zst | tail -n 1 | tr '\t' '\n' |
	    grep -cx 1)" -ge 1 ]
	tensor-ls -p a.mpk.zst | grep 'rows.jsonl' | grep -q '[0-9a-f]\{32\}'
	tensor-ls -p b.mpk.zst > p
	grep -q 'a pipe  pipe' p
}

# A line of 2 GB is not read into memory, and one without an end is no end.
@test "text: a line without an end is refused at 64 MiB" {
	export OMP_NUM_THREADS=1
	is_sanitized || ulimit -v 1500000
	truncate -s 2G long.txt
	run timeout 60 evaluate -m m -t text:long.txt -o out.tsv
	refused 3 "evaluate: long.txt: line 1: more than 67108864 bytes"
	[ ! -e out.tsv ]
	run timeout 60 evaluate -m m -t own.json:/dev/zero
	refused 3 "evaluate: /dev/zero: line 1: more than 67108864 bytes"
	mkfifo pipe
	(echo a line; yes | tr -d '\n') > pipe &
	run timeout 60 evaluate -m m -t text:pipe
	refused 3 "evaluate: pipe: line 2: more than 67108864 bytes"
	# the longest that is allowed, and its end
	{
		head -c 67108864 /dev/zero | tr '\0' ' '
		printf '\nx\n'
	} > long.txt
	run evaluate -m m -t text:long.txt
	refused 3 "evaluate: long.txt: line 2: a text of 1 tokens"
}

# template MESSAGE: t.json from standard input is refused so
template() {
	cat > t.json
	run evaluate -m m -t t.json:own.jsonl
	refused 3 "t.json: $1"
}

@test "text: templates are refused by file and key" {
	template "colour: unknown key" <<< '{"prompt":"a","colour":"b"}'
	template "line 1: duplicate object key" <<< '{"prompt":"a","prompt":"b"}'
	template "give one of answers" <<< '{"prompt":"a"}'
	template "no prompt" <<< '{"right":"a","wrong":["b"]}'
	template "answers: there is one" \
	    <<< '{"prompt":"a","answers":["x"],"label":"{l}"}'
	template "answers and label go together" \
	    <<< '{"prompt":"a","answers":["x","y"]}'
	template "right and wrong go together" <<< '{"prompt":"a","right":"x"}'
	template "labels: 1, of 2 answers" \
	    <<< '{"prompt":"a","answers":["x","y"],"labels":["x"],"label":"{l}"}'
	template "prompt: a brace" \
	    <<< '{"prompt":"a{b","right":"a","wrong":["b"]}'
	template "wrong: a brace" <<< '{"prompt":"a","right":"a","wrong":["}"]}'
	template "prompt: is not a string" <<< '{"prompt":1}'
	template "wrong: is not a list" \
	    <<< '{"prompt":"a","right":"a","wrong":"b"}'
	template "is not an object" <<< '[]'
	template "labels: 'x' is there twice" \
	    <<< '{"prompt":"a","answers":["x"," x"],"label":"{l}"}'
	template "answers 'x' and 'x' are the same" <<< '{"prompt":"a",
	    "answers":["x","x"],"labels":["y","z"],"label":"{l}"}'
	template "an answer without tokens" \
	    <<< '{"prompt":"a","answers":["x",""],"label":"{l}"}'
	template "is too long" < <(head -c 1100000 /dev/zero)
}

@test "text: a tokenizer with more tokens than the model has" {
	sed 's/: 100/: 90/' small.json > few.json
	train -c few.json --tokenizer tok -n 0 -O few
	run evaluate -m few -t ask.json
	[ "$status" -eq 3 ]
	[[ $output == *"the model has 90" ]]
	run train -c few.json -t ask.json -n 1 -O x
	refused 2 "task ask.json: there is no tokenizer"
}

@test "text: an unfinished training does not go on with other rows" {
	train -m m -t ask.json -n 4000 -b 16 --check-every 0 \
	    --checkpoint-every 1 -O a &
	until [ -s a.part/state ]; do sleep 0.1; done
	kill -KILL $!
	wait $! || true
	sed -i '1s/row 0/row 99/' rows.jsonl
	run -3 train -m m -t ask.json -n 4000 -b 16 --check-every 0 \
	    --checkpoint-every 1 -O a
}
