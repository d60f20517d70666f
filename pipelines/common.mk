# common.mk: what the pipelines share: every choice as a variable, and how a
# product is made.  Each pipeline includes it first, so each runs alone:
#	make -f pipelines/rank.mk PROFILE=smoke
ifndef common_mk
common_mk := 1

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

ifeq ($(.DEFAULT_GOAL),)
.DEFAULT_GOAL := products
endif

# --- where things are
PROFILE ?= full
BUILD   ?= build
BIN     ?= $(BUILD)/bin

PIPELINES := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
TABLES    := $(PIPELINES)/tables
PAGE      := $(PIPELINES)/page
DATA      := $(patsubst %pipelines,%data,$(PIPELINES))
RUNS      := $(BUILD)/runs/$(PROFILE)
RESULTS   := $(BUILD)/results/$(PROFILE)
REPORT    := $(BUILD)/report/$(PROFILE)

include $(PIPELINES)/profiles/$(PROFILE).mk

# --- words and lists
comma := ,
space := $() $()
commas = $(subst $(space),$(comma),$(strip $1))
largest = $(lastword $(shell printf '%s\n' $1 | sort -n))

earlier := $(.VARIABLES)
# --- the choices, unless the profile or the command line made them
SEEDS           ?= 1 2 3	# one run of everything each
CONFIG          ?= $(DATA)/synthetic.json	# the model
LENGTH          ?= 8		# digits of a task's answer
TASKS           ?= copy reverse sort add rotate cummax	# the tasks
TASK_A          ?= sort		# the task that is lost and recovered
TASK_B          ?= copy		# the task that displaces it
# joint training, which gives theta_0
TRAIN_TASKS     ?= all,sort:2,add:2	# as TASKS, with weights
TRAIN_STEPS     ?= 2500
BATCH           ?= 64		# examples a step
LR              ?= 3e-3
TRAIN_OPTIONS   ?= --schedule cosine --lr-floor 0.02 --warmup 100 --clip 1 \
	--beta2 0.98 --easy-steps 1000
EARLY_STEPS     ?= 200		# the early checkpoint of the rank pipeline
# forgetting, which gives theta_F
FORGET_BELOW    ?= 0.45		# until A's exact match is below this
FORGET_STEPS    ?= 2000		# at most so many steps
FORGET_BATCH    ?= 128
FORGET_OPTIONS  ?= --optimizer adamw --lr 1e-3 --check-every 5
# recovery
OPTIMIZERS      ?= gd adamw	# each judged by itself
RECOVER_STEPS   ?= 200		# T
RECOVER_BATCH   ?= 256
GD_LR           ?= 0.005
ADAMW_LR        ?= 1e-4
GD_OPTIONS      ?= --optimizer gd --lr $(GD_LR)
ADAMW_OPTIONS   ?= --optimizer adamw --lr $(ADAMW_LR)
# gradients and bases
GRADS           ?= 64		# minibatch gradients for a basis or spectrum
GRAD_BATCH      ?= 64		# examples in each of them
RANKS           ?= 1 2 5 10 20 50	# the ranks that are measured
RANK            ?= 10		# the one that the claims are judged at
CONTROLS        ?= none shuffled-labels gaussian
# checkpoints whose gradients are measured: of task A (theta-0 and theta-F
# must be there); of every task
CHECKPOINTS     ?= early theta-0 theta-F $(OPTIMIZERS)
CHECKPOINTS_ALL ?= theta-0 theta-F
OVERLAP_AT      ?= theta-0	# the checkpoint of the overlap matrix
# drift
DRIFT_STEPS     ?= 0 1 5 10 25 50 100 200
DRIFT_RANK      ?= 10
DRIFT_AT        ?= 100		# the step that claim C3 is judged at
# evaluation
ITEMS           ?= 512		# held-out examples a task

# Without the blanks before the remarks.
$(foreach v,$(filter-out $(earlier) earlier,$(.VARIABLES)),$(eval \
    $v := $(strip $($v))))
MAX_RANK := $(call largest,$(RANKS))

# The directory of seed $1.
S = $(RUNS)/seed-$1
# Numbers of draws, one for each purpose: every random draw of a seed's run
# that is not the joint training is keyed by seed $1 followed by such a
# number.
FIRST_ORDER  := 01
OTHER_ORDER  := 02
FORGET_DRAWS := 03
GRAD_DRAWS   := 04
DRIFT_DRAWS  := 05
TEST_DRAWS   := 06

# --- how a product is made
TOOLS := $(addprefix $(BIN)/,train grad-dump svd-basis project capture drift \
	lincomb evaluate perturb best-of cosine \
	tensor-ls tensor-select)
$(TOOLS):
	@echo "$@: not built: run make first" >&2; exit 2

export PATH := $(abspath $(BIN)):$(PATH)
export LC_ALL := C
Q := $(if $(V),,@)

.PHONY: products FORCE
FORCE:

quote = '$(subst ','\'',$1)'
# Not empty when product $1 was made by command $2: its command stands in
# TARGET.cmd, so whatever changes a command reruns what it makes.  (GNU make
# 4.3 leaves the newline at the end of some files that it reads.)
made_by = $(call same,$(strip $(file <$1.cmd)),$(strip $2))
same = $(if $(subst x$1,,x$2)$(subst x$2,,x$1),,same)

# $(call product,TARGETS,PREREQUISITES,COMMAND): COMMAND writes the targets,
# by -o.  $$@ stands for the first target.
product = $(call product_as,$(strip $1),$2,$(call for,$1,$3),$(call for,$1,$3))
# $(call table,TARGET,PREREQUISITES,COMMAND): TARGET is COMMAND's output.
table = $(call product_as,$(strip $1),$2,$(call for,$1,$3 > $$@),$(call \
	for,$1,$3 > $$@.part; mv $$@.part $$@))
for = $(subst $$@,$(firstword $1),$(strip $2))
product_as = $(eval $(call product_rule,$1,$2,$3,$4,$(firstword $1)))

define product_rule
PRODUCTS += $1
$1 $(if $(word 2,$1),&): $2 $(if $(call made_by,$5,$3),,FORCE) | $(TOOLS)
	@mkdir -p $(sort $(dir $1)); rm -f $5.cmd
	@echo 'make $5'
	$(Q)$4
	@printf '%s\n' $(call quote,$3) > $5.cmd
endef

# $(call model,DIR,PREREQUISITES,COMMAND,MORE): as product, for a training run
# that writes the model directory DIR (and the files MORE).  A killed run goes
# on where it stood, unless its command or what it reads has changed since.
model = $(eval $(call model_rule,$(strip $1),$2,$(strip $3),$4))

define model_rule
PRODUCTS += $1/model.safetensors $4
$1/model.safetensors $4 $(if $4,&): $2 $(if \
$(call made_by,$1,$3),,FORCE) | $(TOOLS)
	@mkdir -p $(dir $1); rm -f $1.cmd
	@echo 'make $1'
	@printf '%s\n' $(call quote,$3) > $1.new; \
	cmp -s $1.new $1.started && \
	    [ -z "$$$$(find $(filter-out FORCE,$2) -newer $1.started)" ] || \
	    rm -rf $1.part; \
	mv $1.new $1.started
	$(Q)$3
	@mv $1.started $1.cmd
endef

include $(PIPELINES)/page.mk
endif
