# The recipes of data/fetch.mk against a server on this machine that has small
# files under the hub's addresses, and the faults of networks.
load helpers

setup() {
	plumbline_setup
	needs curl
	cd "$T"
	unset MAKEFLAGS MAKELEVEL MFLAGS
	unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
	hub=hub/openai-community/gpt2
	revision=607a30d783dfa663caf39e06633721c8d4cfcd7e
	mkdir -p $hub/{resolve,raw}/$revision hub/boolq
	echo '{ "model_type": "gpt2" }' > $hub/resolve/$revision/config.json
	echo '{ "model": {} }' > $hub/resolve/$revision/tokenizer.json
	seq 30000 > $hub/resolve/$revision/model.safetensors
	cp $hub/resolve/$revision/*.json $hub/raw/$revision
	printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %s\n' \
	    "$(digest $hub/resolve/$revision/model.safetensors)" 168894 \
	    > $hub/raw/$revision/model.safetensors
	echo '{"question": "is it", "answer": true}' > hub/boolq/dev.jsonl
	echo '{"question": "was it", "answer": false}' > hub/boolq/train.jsonl
	weights=$hub/resolve/$revision/model.safetensors
}

teardown() {
	[ -z "${server:-}" ] || kill "$server"
}

digest() {
	sha256sum < "$1" | cut -d ' ' -f 1
}

# serve ...: the server with these options, as $mirror; its log
serve() {
	[ -z "${server:-}" ] || kill "$server"
	"$BUILD/tests/serve" "$@" hub > log 3>&- &
	server=$!
	for _ in $(seq 100); do
		[ -s log ] && break
		sleep 0.05
	done
	mirror=http://127.0.0.1:$(head -n 1 log)
}

fetch() {
	make -s -f "$ROOT/data/fetch.mk" MODELS=models LOCK=lock TRIES=1 \
	    MIRROR="$mirror" BOOLQ_MIRROR="$mirror" "$@"
}

# enter FILE SIZE DIGEST: what the lock says of a file of gpt2
enter() {
	printf 'gpt2\t%s\t%s\t%s\t%s\n' $revision "$@" >> lock
}

# Fails with one line of the recipe's own, which has these words
says() {
	[ "$status" -ne 0 ]
	local line word
	line=$(grep '^fetch: ' <<< "$output")
	[ "$(wc -l <<< "$line")" -eq 1 ]
	for word; do
		[[ $line == *"$word"* ]] || {
			echo "no $word in: $line" >&2
			return 1
		}
	done
}

@test "fetch: a model comes whole, and its digests are kept" {
	serve
	fetch gpt2 verify
	diff -r models/gpt2 $hub/resolve/$revision
	[ "$(wc -l < lock)" -eq 3 ]
	grep "^gpt2	$revision	model.safetensors	168894	$(digest $weights)\$" lock
	# the weights' digest comes from the hub's pointer, before the weights
	[ "$(grep -n "raw/$revision/model" log | cut -d : -f 1)" -lt \
	    "$(grep -n "resolve/$revision/model" log | cut -d : -f 1)" ]
	# again: nothing is left to do
	cp log before
	fetch gpt2
	cmp log before
}

@test "fetch: the weights of the lock are known without asking" {
	serve
	enter model.safetensors 168894 "$(digest $weights)"
	fetch gpt2
	run ! grep "raw/$revision/model" log
}

@test "fetch: boolq comes from its own place" {
	serve
	fetch boolq verify
	diff -r models/boolq hub/boolq
	[ "$(cut -f 1,2 lock | sort -u)" = 'boolq	-' ]
}

@test "fetch: a transfer that was cut goes on where it stood" {
	serve -c 100000
	run fetch gpt2
	says models/gpt2/model.safetensors "$mirror/${weights#hub/}"
	[ ! -e models/gpt2/model.safetensors ]
	[ "$(stat -c %s models/gpt2/model.safetensors.part)" -eq 100000 ]
	fetch gpt2
	cmp models/gpt2/model.safetensors $weights
	grep "^200 ${weights#hub/} 100000\$" log
	[ ! -e models/gpt2/model.safetensors.part ]
}

@test "fetch: a transfer that is cut is taken up again in the same run" {
	serve -c 100000
	fetch gpt2 TRIES=2
	cmp models/gpt2/model.safetensors $weights
	grep "^200 ${weights#hub/} 100000\$" log
}

@test "fetch: without ranges it begins again" {
	serve -r
	mkdir -p models/gpt2
	head -c 50000 $weights > models/gpt2/model.safetensors.part
	fetch gpt2 TRIES=2
	cmp models/gpt2/model.safetensors $weights
}

@test "fetch: a part that was complete but for its name" {
	serve
	mkdir -p models/gpt2
	cp $weights models/gpt2/model.safetensors.part
	fetch gpt2
	cmp models/gpt2/model.safetensors $weights
	run ! grep "resolve/$revision/model" log
}

@test "fetch: another digest than the lock's is refused, and removed" {
	serve
	enter model.safetensors 168894 "$(digest /dev/null)"
	run fetch gpt2
	says models/gpt2/model.safetensors "$mirror/${weights#hub/}" SHA-256 \
	    "$(digest $weights)" "$(digest /dev/null)"
	[ ! -e models/gpt2/model.safetensors ]
	[ ! -e models/gpt2/model.safetensors.part ]
}

@test "fetch: a part of something else does not become the file" {
	serve
	mkdir -p models/gpt2
	yes | head -c 50000 > models/gpt2/model.safetensors.part
	run fetch gpt2
	says models/gpt2/model.safetensors SHA-256
	[ ! -e models/gpt2/model.safetensors.part ]
	fetch gpt2
	cmp models/gpt2/model.safetensors $weights
}

@test "fetch: another size than the lock's is refused with both" {
	serve
	enter model.safetensors 168895 "$(digest $weights)"
	run fetch gpt2
	says models/gpt2/model.safetensors 168894 168895
	rm lock
	enter model.safetensors 168893 "$(digest $weights)"
	run fetch gpt2
	says models/gpt2/model.safetensors 168894 168893
	[ ! -e models/gpt2/model.safetensors ]
	[ ! -e models/gpt2/model.safetensors.part ]
}

@test "fetch: a text that changed since it was first seen is refused" {
	serve
	fetch gpt2
	rm -r models
	echo '{ "model_type": "gpt3" }' > $hub/resolve/$revision/config.json
	run fetch gpt2
	says models/gpt2/config.json
	[ ! -e models/gpt2/config.json ]
}

@test "fetch: what the server does not have is refused at once" {
	rm $weights
	serve
	run fetch gpt2 TRIES=5
	says models/gpt2/model.safetensors "$mirror/${weights#hub/}" 404
	[ "$(grep -c "^404" log)" -eq 1 ]
	[ ! -e models/gpt2/model.safetensors ]
	[ ! -e models/gpt2/model.safetensors.part ]
	rm $hub/raw/$revision/config.json lock
	rm -r models
	run fetch gpt2
	says models/gpt2/config.json "$mirror/openai-community/gpt2/raw"
}

@test "fetch: no answer" {
	serve
	kill "$server"
	server=
	enter config.json 25 "$(digest $hub/resolve/$revision/config.json)"
	run fetch gpt2
	says models/gpt2/config.json "$mirror/openai-community/gpt2/resolve"
	[ -z "$(find models -type f)" ]
}

@test "fetch: verify finds a file that changed, and one that nobody knows" {
	serve
	fetch gpt2 boolq
	fetch verify
	printf x | dd of=models/gpt2/model.safetensors bs=1 seek=7 \
	    conv=notrunc status=none
	run fetch verify
	says models/gpt2/model.safetensors SHA-256
	[[ $output == *"good models/gpt2/config.json"* ]]
	cp $weights models/gpt2/model.safetensors
	grep -v config.json lock > less
	run fetch verify LOCK=less
	says models/gpt2/config.json less
}

@test "fetch: the lock of data has five fields, and a digest of each weight" {
	awk -F '\t' 'NF != 5 || $2 !~ /^[0-9a-f]+$/ || length($2) != 40 ||
	    $4 !~ /^[0-9]+$/ || $5 !~ /^[0-9a-f]+$/ || length($5) != 64 {
		exit 1 }' "$ROOT/data/models.lock"
	[ -z "$(cut -f 1-3 "$ROOT/data/models.lock" | sort | uniq -d)" ]
	local name revision file
	make -s -n -f "$ROOT/data/fetch.mk" distilgpt2 gpt2 qwen2.5-0.5b \
	    olmo-1b MODELS="$T/none" | grep -o 'get [^ ]* [^ ]* [^ ]*' |
	    tr -d "'" | while read -r _ name revision file; do
		case $file in
		*.safetensors)
			grep "^$name	$revision	$file	" "$ROOT/data/models.lock"
		esac
	done
}
