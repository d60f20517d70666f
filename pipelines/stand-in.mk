# stand-in.mk: a language model for the tracks that need one, where there is
# no pretrained one: a GPT-2 that is trained here on text about a small world.
# Whatever shows a figure from it says "stand-in".
#	make -f pipelines/stand-in.mk PROFILE=smoke
include $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))/common.mk
ifndef stand_in_mk
stand_in_mk := 1

earlier := $(.VARIABLES)
# --- the choices, unless the profile or the command line made them
WORLD_SEED      ?= 1		# of the facts and the texts
WORLD_LINES     ?= 20000	# of plain text
STANDIN_CONFIG  ?= $(DATA)/stand-in.json	# the model
STANDIN_SEED    ?= 1
# what it is trained on, with weights: the text, and some of the questions, so
# that it does truth well but not perfectly; the others are new to it
STANDIN_MIX     ?= text:14 truth:1
STANDIN_STEPS   ?= 2500
STANDIN_BATCH   ?= 64		# texts a step
STANDIN_LR      ?= 2e-3
STANDIN_OPTIONS ?= --schedule cosine --lr-floor 0.02 --warmup 100 --clip 1 \
	--beta2 0.98
STANDIN_ITEMS   ?= 512		# held-out questions of each kind
$(foreach v,$(filter-out $(earlier) earlier,$(.VARIABLES)),$(eval \
    $v := $(strip $($v))))

# --- the world: its text, its questions and its tokenizer
WORLD := $(BUILD)/data/world
WORLD_TASKS := truth mood topic odd older younger
# 1: the file, 2: the program, 3: its variables
world_file = $(call table,$(WORLD)/$1,,awk -v seed=$(WORLD_SEED) $3 \
	-f $(DATA)/world/world.awk -f $(DATA)/world/$2.awk)
world_copy = $(call table,$(WORLD)/$1,$(DATA)/world/$1,cat $(DATA)/world/$1)
world_rows = $(call world_file,$1.jsonl,$2)

$(call world_file,text.txt,text,-v lines=$(WORLD_LINES))
$(call world_file,vocab.json,tokenizer,-v file=vocab)
$(call world_file,merges.txt,tokenizer,-v file=merges)
$(call world_copy,tokenizer_config.json)
$(call world_rows,truth,truth)
$(call world_rows,mood,mood)
$(call world_rows,topic,topic)
$(call world_rows,odd,topic)
$(call world_rows,older,order)
$(call world_rows,younger,order)
$(foreach t,$(WORLD_TASKS),$(call world_copy,$t.json))

# Task $1 of the world, as an entry of -t; the files of it.
world_task = $(WORLD)/$1.json
world_task_text = text:$(WORLD)/text.txt
WORLD_TOKENIZER := $(addprefix $(WORLD)/,vocab.json merges.txt \
	tokenizer_config.json)
WORLD_ROWS := $(WORLD)/text.txt $(foreach t,$(WORLD_TASKS),$(WORLD)/$t.json \
	$(WORLD)/$t.jsonl)

# --- the model
STANDIN := $(RUNS)/stand-in/model
# NAME:WEIGHT as an entry of -t
weighted = $(call weigh,$(subst :, ,$1))
weigh = $(or $(world_task_$(word 1,$1)),$(call \
	world_task,$(word 1,$1))):$(word 2,$1)

$(call model,$(STANDIN),$(STANDIN_CONFIG) $(WORLD_TOKENIZER) $(WORLD_ROWS),\
	train -c $(STANDIN_CONFIG) --tokenizer $(WORLD) -t $(call \
	commas,$(foreach m,$(STANDIN_MIX),$(call weighted,$m))) \
	-n $(STANDIN_STEPS) -b $(STANDIN_BATCH) --lr $(STANDIN_LR) \
	$(STANDIN_OPTIONS) --check-every 0 -s $(STANDIN_SEED) -O $(STANDIN))

# What it knows.
$(call table,$(RESULTS)/stand-in.tsv,$(STANDIN)/model.safetensors \
	$(WORLD_ROWS),\
	evaluate -m $(STANDIN) -t $(call commas,$(foreach \
	t,$(WORLD_TASKS),$(call world_task,$t))) -n $(STANDIN_ITEMS) \
	--split test -s $(STANDIN_SEED))

products: $(PRODUCTS)
endif
