# fetch.mk: pretrained models and data sets, fetched for the pipelines.
#	make -f data/fetch.mk gpt2		fetch (see README for the names)
#	make -f data/fetch.mk gpt2 verify	... and check what is there
# A file comes under its own name only when its size and SHA-256 are those of
# models.lock; a fetch that was cut goes on where it stood.  A file that the
# lock does not know is entered there when it is first seen: commit that.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

HERE := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
# where files go, and come from
MODELS       ?= $(HERE)/models
LOCK         ?= $(HERE)/models.lock
MIRROR       ?= https://huggingface.co
BOOLQ_MIRROR ?= https://storage.googleapis.com
# how often a broken connection is taken up again
TRIES        ?= 5

NAMES := distilgpt2 gpt2 qwen2.5-0.5b olmo-1b

REPOSITORY_distilgpt2 := distilbert/distilgpt2
REVISION_distilgpt2   := 2290a62682d06624634c1f46a6ad5be0f47f38aa
FILES_distilgpt2      := config.json tokenizer.json model.safetensors

REPOSITORY_gpt2 := openai-community/gpt2
REVISION_gpt2   := 607a30d783dfa663caf39e06633721c8d4cfcd7e
FILES_gpt2      := config.json tokenizer.json model.safetensors

REPOSITORY_qwen2.5-0.5b := Qwen/Qwen2.5-0.5B
REVISION_qwen2.5-0.5b   := 060db6499f32faf8b98477b0a26969ef7d8b9987
FILES_qwen2.5-0.5b      := config.json tokenizer.json model.safetensors

REPOSITORY_olmo-1b := allenai/OLMo-2-0425-1B
REVISION_olmo-1b   := a1847dff35000b4271fa70afc5db10fd29fedbdf
FILES_olmo-1b      := config.json tokenizer.json \
	model.safetensors.index.json model-00001-of-00002.safetensors \
	model-00002-of-00002.safetensors

# Neither repository nor revision: the files as they stand there.
REVISION_boolq := -
FILES_boolq    := train.jsonl dev.jsonl

.PHONY: help $(NAMES) boolq verify
help:
	@sed -n 's/^#	//p' $(HERE)/fetch.mk; echo 'names: $(NAMES) boolq'

# 1: name, 2: file
url = $(MIRROR)/$(REPOSITORY_$1)/resolve/$(REVISION_$1)/$2
pointer = $(MIRROR)/$(REPOSITORY_$1)/raw/$(REVISION_$1)/$2
$(foreach f,$(FILES_boolq),$(eval URL_boolq_$f := $(BOOLQ_MIRROR)/boolq/$f))

define one_file
$1: $(MODELS)/$1/$2
$(MODELS)/$1/$2:
	@LOCK='$(LOCK)' TRIES='$(TRIES)' $(HERE)/fetch.bash get $1 \
	    '$(REVISION_$1)' '$2' '$$@' \
	    '$(or $(URL_$1_$2),$(call url,$1,$2))' \
	    '$(if $(URL_$1_$2),,$(call pointer,$1,$2))'
VERIFY += $1 $(REVISION_$1) $2 '$(MODELS)/$1/$2'
endef
$(foreach n,$(NAMES) boolq,$(foreach f,$(FILES_$n),$(eval \
    $(call one_file,$n,$f))))

verify: $(filter $(NAMES) boolq,$(MAKECMDGOALS))
	@LOCK='$(LOCK)' $(HERE)/fetch.bash verify $(VERIFY)
