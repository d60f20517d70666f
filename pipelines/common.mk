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
TIMES     := $(BUILD)/times/$(PROFILE)

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
# random search
SEARCH_AT       ?= theta-F	# around which weights
SEARCH_ITEMS    ?= 128		# examples of each of the two fixed batches
SEARCH_GRID     ?= 1e-5:3e-2:8	# deviations, absolute and relative
SEARCH_COUNT    ?= 128		# draws of each, and in each subspace
SEARCH_SIGMAS   ?= 1e-3:1e-2:2	# where C5 is judged (the first), and a larger one
SEARCH_MANY     ?= 1000		# draws of each of these
SEARCH_SIGMA    ?= 1e-3		# of the draws in subspaces, and
SEARCH_NORM     ?= 0.03		# their norm where that is fixed
SEARCH_BEST     ?= 64		# the best of so many draws in a subspace
SEARCH_INSIDE   ?= 0.25		# in the linear regime the rest is below this
VOTERS          ?= 1 5 10 50	# how many of the best draws vote
# random search in models of several sizes
SIZES           ?= 24 64 176 456	# their widths: 3e4 to 1e7 parameters
SIZE_STEPS      ?= 40		# of their training
SIZE_BATCH      ?= 32
SIZE_OPTIONS    ?= --lr 1e-3 --warmup 10
SIZE_ITEMS      ?= 16		# examples of the fixed batch
SIZE_SIGMAS     ?= 1e-5:1e-3:3
SIZE_COUNT      ?= 100		# draws of each
# the response to random perturbations, and Hessian-vector products
ROUNDING        ?= 3e-9		# a deviation that only rounding answers to
REGIME_AT       ?= theta-F theta-0	# checkpoints; both must be there
REGIME_SIGMAS   ?= 1e-5:1e-1:9	# from, to, how many
REGIME_PAIRS    ?= 24		# antithetic pairs of each sigma
REGIME_ITEMS    ?= 128		# examples of the fixed batch
REGIME_DIRECTIONS ?= 32		# random directions for tr H and norm(H)_F
REGIME_DIFFERENCE ?= 1e-4	# sigma of the differences along them
# the updates of gradient descent and the Krylov space
KRYLOV_AT       ?= theta-F	# checkpoints; claim C8 is judged at the first
KRYLOV_BATCHES  ?= 2		# minibatches of the fixed batch
KRYLOV_BATCH    ?= 64
KRYLOV_UPDATES  ?= 10		# the largest m
KRYLOV_RANK     ?= 5		# the m that claim C8 is judged at
KRYLOV_STEPS    ?= 1e-5 1e-4 3e-4 1e-3 2e-3 $(GD_LR)
KRYLOV_DIFFERENCE ?= 1e-3	# norm of the differences for H q
KRYLOV_SHORT    ?= 2e-5		# those for H d are made as if steps had this size
# the order of two steps
ORDER_AT        ?= theta-F early	# checkpoints; judged at the first
ORDER_STEPS     ?= 1e-4 1e-3 $(GD_LR)
ORDER_BATCHES   ?= 2		# minibatches of each task's fixed batch
ORDER_BATCH     ?= 64
ORDER_DIFFERENCE ?= 3e-4	# times the gradient: the differences for H g
# specialisation
SPECIAL_TASKS   ?= sort reverse copy	# in this order, or all of them together
SPECIAL_STEPS   ?= 400		# of each of as many stages as there are tasks
SPECIAL_BATCH   ?= 64
SPECIAL_OPTIONS ?= --lr 3e-3 --schedule cosine --lr-floor 0.02 --warmup 50 \
	--clip 1 --beta2 0.98
NOISE_RELATIVE  ?= 0.1:3:10	# deviations, in those of each tensor
NOISE_ABSOLUTE  ?= 3e-3:1e-1:10
NOISE_COUNT     ?= 8		# draws of each
NOISE_ITEMS     ?= 128
# a gradient step against a contrast of activations, and steering with both
STEER_AT        ?= theta-F theta-0	# checkpoints; judged at the first
STEER_BATCHES   ?= 8		# minibatches of the mean gradient
STEER_BATCH     ?= 64
STEER_STEPS     ?= 1e-4 3e-4 1e-3 3e-3 1e-2	# over the weights' norm
STEER_STEP      ?= 1e-3		# the one of them that is judged
STEER_RANDOM    ?= 8		# random steps of that length
STEER_TEXTS     ?= 256		# pairs of a contrast
STEER_EFFECT_AT ?= theta-F	# checkpoints that are steered; the same
STEER_STRENGTHS ?= 0.05 0.1 0.2 0.5 1 -0.1 -0.3	# over the activations' norm
STEER_DIRECTIONS ?= 0 1 2	# random directions of that length
STEER_ITEMS     ?= 128		# examples for picking site and strength
STEER_TEST_ITEMS ?= 256		# held-out examples a task
# the models of the LoRA and LLM tracks: a stand-in, and trained ones that are
# there; or only one, MODEL=DIR
PLUMBLINE_DATA  ?= ../shared/data
MODEL           ?=
SUBJECTS        ?= $(if $(MODEL),$(notdir $(MODEL:%/=%)),stand-in $(notdir \
	$(patsubst %/config.json,%,$(wildcard \
	$(PLUMBLINE_DATA)/tinystories-656k/config.json))))
# adapters
LORA_PAIRS      ?= topic-odd younger-older	# tasks A and B of each
LORA_R          ?= 8
LORA_ALPHA      ?= 16
LORA_LR         ?= 5e-3		# AdamW; 2e-4 learns too slowly for the time here
LORA_STEPS      ?= 1000		# of A and B together, which gives theta_0
LORA_BATCH      ?= 32
LORA_OPTIONS    ?= --schedule cosine --lr-floor 0.05 --warmup 20
LORA_FORGET_STEPS ?= 200	# of B alone at most, which gives theta_F
LORA_FORGET_BATCH ?= 32
LORA_FORGET_OPTIONS ?= --optimizer adamw --lr 1e-2 --check-every 5
LORA_CHECK_ITEMS ?= 128		# held-out items for when to stop it
LORA_RECOVER_STEPS ?= 100	# T
LORA_RECOVER_BATCH ?= 32
LORA_GD_LR      ?= 0.03
LORA_ADAMW_LR   ?= 5e-4
LORA_GRADS      ?= 40		# minibatch gradients for a basis or spectrum
LORA_GRAD_BATCH ?= 16		# examples in each of them
LORA_RANKS      ?= 1 2 5 10 20
LORA_RANK       ?= 10		# of the basis that the claims are judged at
LORA_FUNCTION_RANKS ?= 1 10	# those whose functional recovery is measured
LORA_DRIFT_STEPS ?= 0 1 10 50 100
LORA_DRIFT_RANK ?= 10
LORA_DRIFT_AT   ?= 100
LORA_ITEMS      ?= 128		# held-out items of a task
# of the factors that are trained; of the product, whose updates are as large
# as the weights that it changes, T of them for a while on disk
LORA_COORDINATES ?= factors product
# language models: a text task of each
LLM_OTHERS      ?= mood topic	# tasks beside the steered one
LLM_MAX_TOKENS  ?= 256		# longer items are left out
LLM_GROUP       ?=		# only gradients of these tensors
LLM_LARGE       ?= 200000000	# bytes of weights: only projections above
LLM_SKETCH      ?= 4096		# of so many dimensions
LLM_GRADS       ?= 48		# minibatch gradients
LLM_GRAD_BATCH  ?= 16		# examples in each of them
LLM_RANKS       ?= 1 2 5 10 20
LLM_RANK        ?= 10		# the one that claim C10 is judged at
LLM_BATCHES     ?= 8		# minibatches of the mean gradient
LLM_BATCH       ?= 64
LLM_STEPS       ?= 1e-4 1e-3 1e-2	# over the weights' norm
LLM_STEP        ?= 1e-3		# the one of them that is steered with
LLM_RANDOM      ?= 4		# random steps of each length
LLM_TEXTS       ?= 72		# of each right answer in a contrast
LLM_STRENGTHS   ?= 0.1 0.3 1 -0.3	# over the activations' norm
LLM_DIRECTIONS  ?= 0 1 2	# random directions of that length
LLM_ITEMS       ?= 96		# examples for picking site and strength
LLM_TEST_ITEMS  ?= 256		# held-out examples a task
LLM_RESAMPLES   ?= 200		# of these, for an interval
LLM_SEARCH_ITEMS ?= 24		# examples of each of the two fixed batches
LLM_SIGMAS      ?= 3e-4:3e-3:2	# where C5 is judged (the first)
LLM_COUNT       ?= 300		# draws of each: their spread is known to 4 %
LLM_VOTERS      ?= 1 5 10 25	# how many of the best draws vote
# evaluation
ITEMS           ?= 512		# held-out examples a task

# Without the blanks before the remarks.
$(foreach v,$(filter-out $(earlier) earlier,$(.VARIABLES)),$(eval \
    $v := $(strip $($v))))
MAX_RANK := $(call largest,$(RANKS))
# The numbers of the model's layers.
LAYERS := $(shell awk 'match($$0, /"n_layer": *[0-9]+/) { \
	n = substr($$0, RSTART, RLENGTH); sub(/.*:/, "", n); \
	for (i = 0; i < n + 0; i++) print i }' $(CONFIG))

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
SEARCH_DRAWS := 07
PERTURB_DRAWS := 08
SEARCH_BASIS_DRAWS := 09
PROBE_DRAWS  := 10
PAIR_DRAWS   := 11
DIRECTION_DRAWS := 12
SPECIAL_DRAWS := 13 14 15	# of the three stages
STEER_DRAWS  := 16
TEXT_DRAWS   := 17
STEER_RANDOM_DRAWS := 18
ORDER_DRAWS  := 19
NOISE_DRAWS  := 20

# $(tawk) PROGRAM: one that reads tables by the names of their columns.
tawk := awk -f $(TABLES)/columns.awk -f

# --- how a product is made
TOOLS := $(addprefix $(BIN)/,train grad-dump svd-basis project capture drift \
	lincomb evaluate perturb best-of cosine act-capture steer-vec \
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
made_by = $(call same,$(strip $(file <$1.cmd)),$(strip $(subst $$$$,$$,$2)))
same = $(if $(subst x$1,,x$2)$(subst x$2,,x$1),,same)

# The wall time that the command of $1 took, in microseconds, stands in a tree
# of its own: results and report are equal byte for byte, times are not.
time_of = $(TIMES)/$(patsubst $(BUILD)/%,%,$1)
now = $$$${EPOCHREALTIME/./}
start_clock = echo $(now) > $(call time_of,$1).start
stop_clock = echo $$$$(($(now) - $$$$(< $(call time_of,$1).start))) > \
	$(call time_of,$1); rm $(call time_of,$1).start

# $(call product,TARGETS,PREREQUISITES,COMMAND): COMMAND writes the targets,
# by -o.  $$@ stands for the first target.  The awk programs of a command are
# prerequisites without being named.
product = $(call product_as,$(strip $1),$2,$(call for,$1,$3),$(call for,$1,$3))
# $(call table,TARGET,PREREQUISITES,COMMAND): TARGET is COMMAND's output.
table = $(call product_as,$(strip $1),$2,$(call for,$1,$3 > $$@),$(call \
	for,$1,$3 > $$@.part; mv $$@.part $$@))
for = $(subst $$@,$(firstword $1),$(strip $2))
product_as = $(eval $(call product_rule,$1,$2,$3,$4,$(firstword $1)))

define product_rule
PRODUCTS += $1
$1 $(if $(word 2,$1),&): $2 $(filter %.awk,$3) \
    $(if $(call made_by,$5,$3),,FORCE) | $(TOOLS)
	@mkdir -p $(sort $(dir $1 $(call time_of,$5))); rm -f $5.cmd
	@echo 'make $5'
	@$(call start_clock,$5)
	$(Q)$4
	@$(call stop_clock,$5)
	@printf '%s\n' $(call quote,$3) > $5.cmd
endef

# $(call model,DIR,PREREQUISITES,COMMAND,MORE): as product, for a training run
# that writes the model directory DIR (and the files MORE).  A killed run goes
# on where it stood, unless its command or what it reads has changed since.
model = $(call weights,model.safetensors,$1,$2,$3,$4)
# The same for an adapter's directory.
adapter = $(call weights,adapter_model.safetensors,$1,$2,$3,$4)
weights = $(eval $(call model_rule,$(strip $2),$3,$(strip $4),$5,$(strip $2)/$1))

define model_rule
PRODUCTS += $5 $4
$5 $4 $(if $4,&): $2 $(if \
$(call made_by,$1,$3),,FORCE) | $(TOOLS)
	@mkdir -p $(sort $(dir $1 $(call time_of,$1))); rm -f $1.cmd
	@echo 'make $1'
	@$(call start_clock,$1)
	@printf '%s\n' $(call quote,$3) > $1.new; \
	cmp -s $1.new $1.started && \
	    [ -z "$$$$(find $(filter-out FORCE,$2) -newer $1.started)" ] || \
	    rm -rf $1.part; \
	mv $1.new $1.started
	$(Q)$3
	@$(call stop_clock,$1)
	@mv $1.started $1.cmd
endef

include $(PIPELINES)/page.mk
endif
