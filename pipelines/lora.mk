# lora.mk (claims C1 to C4, on adapters): of each subject of subjects.mk and
# each pair of text tasks, the rank of an adapter's gradients, which subspace
# holds its recovery, and how far the gradients' basis turns; in coordinates
# of the adapter's factors and of their product.
include $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))/subjects.mk
ifndef lora_mk
lora_mk := 1

# Task A, which is lost and recovered, and B, which displaces it, of pair $1;
# task $1's entry for -t and its files.
lora_a = $(firstword $(subst -, ,$1))
lora_b = $(lastword $(subst -, ,$1))
lora_entry = $(or $(LORA_TASK_$1),$(call world_task,$1))
lora_files = $(or $(LORA_FILES_$1),$(WORLD)/$1.json $(WORLD)/$1.jsonl)
# The linear layers that are adapted: PEFT's defaults.
lora_targets = $(or $(LORA_TARGETS_$1),$(if $(filter \
	gpt2,$(call subject_type,$1)),c_attn,q_proj$(comma)v_proj))
LORA_ALL_RANKS := $(call commas,$(LORA_RANKS))
LORA_MAX_RANK := $(call largest,$(LORA_RANKS))
LORA_OPTIONS_gd := --optimizer gd --lr $(LORA_GD_LR)
LORA_OPTIONS_adamw := --optimizer adamw --lr $(LORA_ADAMW_LR)

# Everything below has arguments 1: seed, 2: subject, 3: pair.
D = $(RUNS)/seed-$1/lora/$2/$3
lora_base = -m $(strip $(call subject_dir,$2))
lora_with = $(lora_base) --adapter $D/$4
lora_at = $D/$4/adapter_model.safetensors
task_a = -t $(call lora_entry,$(call lora_a,$3))
task_b = -t $(call lora_entry,$(call lora_b,$3))
task_both = $(task_a),$(call lora_entry,$(call lora_b,$3))
task_b_watching_a = $(task_b),$(call lora_entry,$(call lora_a,$3)):0
files_a = $(call lora_files,$(call lora_a,$3))
files_b = $(call lora_files,$(call lora_b,$3))
# What a table of a run is put under.
lora_under = awk -f $(TABLES)/before.awk -v columns='subject=$2 pair=$3$4'

# --- the adapters
# theta_0 knows both tasks.  theta_F has lost half of what it knew of A beyond
# chance; training_F has the way there in coordinates of the product.
define lora_adapters
$(call adapter,$D/theta-0,$(call subject_file,$2) $(files_a) $(files_b),\
	train $(lora_base) --lora-rank $(LORA_R) --lora-alpha $(LORA_ALPHA) \
	--lora-targets $(call lora_targets,$2) $(task_both) -n $(LORA_STEPS) \
	-b $(LORA_BATCH) --lr $(LORA_LR) $(LORA_OPTIONS) --check-every 0 \
	-s $1 -O $D/theta-0)
$(call table,$D/below,$(call lora_at,$1,$2,$3,theta-0),\
	evaluate $(call lora_with,$1,$2,$3,theta-0) $(task_a) \
	--split validation -n $(LORA_CHECK_ITEMS) -s $1$(FORGET_DRAWS) | \
	$(tawk) $(TABLES)/half.awk $(filter %.json,$(files_a)) -)
$(call adapter,$D/theta-F,$D/below,\
	train $(call lora_with,$1,$2,$3,theta-0) $(task_b_watching_a) \
	-n $(LORA_FORGET_STEPS) \
	-b $(LORA_FORGET_BATCH) $(LORA_FORGET_OPTIONS) \
	--check-items $(LORA_CHECK_ITEMS) --data-seed $1$(FORGET_DRAWS) \
	--until-below $(call lora_a,$3)=$$$$(< $D/below) \
	--stream displacements --coordinates product \
	--every $(LORA_FORGET_STEPS) -O $D/theta-F -o $D/forgetting.mpk.zst,\
	$D/forgetting.mpk.zst)
$(foreach o,$(OPTIMIZERS),$(call lora_recovery_of,$1,$2,$3,$o))
$(foreach c,base theta-0 theta-F $(OPTIMIZERS),$(call \
	lora_accuracy,$1,$2,$3,$c))
endef
lora_recover = train $(call lora_with,$1,$2,$3,theta-F) $(task_a) \
	-b $(LORA_RECOVER_BATCH) --check-every 0 --stream updates \
	$(LORA_OPTIONS_$4)
# 4: optimizer.  The other order of the data is followed as far as the largest
# prefix basis goes.
define lora_recovery_of
$(call adapter,$D/$4,$(call lora_at,$1,$2,$3,theta-F) $(files_a),\
	$(lora_recover) -n $(LORA_RECOVER_STEPS) \
	--data-seed $1$(FIRST_ORDER) -O $D/$4 -o $D/$4.updates.mpk.zst,\
	$D/$4.updates.mpk.zst)
$(call product,$D/$4-other-order.updates.mpk.zst,\
	$(call lora_at,$1,$2,$3,theta-F) $(files_a),\
	$(lora_recover) -n $(LORA_MAX_RANK) --data-seed $1$(OTHER_ORDER) \
	-o $$@)
endef
# 4: adapter, or base: the model without one
lora_log = $(if $(filter base,$4),<(printf 'step\n0\n'),$D/$4/train.tsv)
define lora_accuracy
$(call table,$D/$4.accuracy.tsv,$(if $(filter base,$4),$(call \
	subject_file,$2) $(files_a) $(files_b),$(lora_at)),\
	evaluate $(if $(filter base,$4),$(lora_base),$(lora_with)) \
	$(task_both) -n $(LORA_ITEMS) -s $1$(TEST_DRAWS) | \
	$(tawk) $(TABLES)/accuracy.awk -v seed=$1 -v checkpoint=$4 \
	-v accuracy=choice_accuracy $(lora_log) - | $(call \
	lora_under,$1,$2,$3))
endef

# --- the rank of the gradients
# 4: coordinates, 5: checkpoint, 6: task (a or b), 7: control
LG = $D/$4.$5.$6.$7
lora_basis = $D/$4.$5.$6.basis.mpk.zst
define lora_spectrum
LORA_SPECTRA += $(LG).tsv
$(call product,$(LG).tsv $(if $(filter none,$7),$(lora_basis)),\
	$(call lora_at,$1,$2,$3,$5),\
	grad-dump $(call lora_with,$1,$2,$3,$5) --coordinates $4 $(task_$6) \
	-n $(LORA_GRADS) -b $(LORA_GRAD_BATCH) -s $1$(GRAD_DRAWS) \
	--control $7 -o $(LG).rows; \
	{ svd-basis -r 0 $(LG).rows | tensor-ls; \
	svd-basis -r 0 --centre $(LG).rows | tensor-ls; } | \
	$(tawk) $(TABLES)/spectrum.awk -v seed=$1 -v checkpoint=$5 | \
	$(call lora_under,$1,$2,$3, coordinates=$4) > $$@; \
	$(if $(filter none,$7),svd-basis -r $(LORA_MAX_RANK) \
	-o $(lora_basis) $(LG).rows;) rm $(LG).rows)
endef
# Controls only where the claims are judged: of A, in the factors.
lora_controls = $(if $(filter factors.a,$1.$2),$(CONTROLS),none)
define lora_spectra
$(foreach k,$(LORA_COORDINATES),\
$(foreach c,theta-0.a theta-F.a theta-F.b,$(foreach z,$(call \
	lora_controls,$k,$(lastword $(subst ., ,$c))),$(eval $(call \
	lora_spectrum,$1,$2,$3,$k,$(firstword $(subst ., ,$c)),$(lastword \
	$(subst ., ,$c)),$z)))))
endef

# --- which subspace holds the recovery
LORA_BASES := static local other-task task-vector random prefix \
	prefix-other-order oracle
# 4: coordinates, 5: optimizer, 6: basis
lora_file = $(lora_file_$6)
lora_file_static = $D/$4.theta-0.a.basis.mpk.zst
lora_file_local = $D/$4.theta-F.a.basis.mpk.zst
lora_file_other-task = $D/$4.theta-F.b.basis.mpk.zst
lora_file_task-vector = $D/$4.task-vector.mpk.zst
lora_file_random = $D/$4.random.mpk.zst
lora_file_prefix = $D/$4.$5.prefix.mpk.zst
lora_file_prefix-other-order = $D/$4.$5-other-order.prefix.mpk.zst
lora_file_oracle = $D/$4.$5.oracle.mpk.zst
lora_of_before = $(foreach b,static local other-task task-vector \
	random,$(lora_file_$b))

# The task vector, and random rows of its layout.
lora_vector_factors = lincomb -w 1$(comma)-1 $D/theta-0 $D/theta-F
lora_vector_product = cat $D/forgetting.mpk.zst
define lora_vectors
$(call product,$D/$4.task-vector.mpk.zst,\
	$(call lora_at,$1,$2,$3,theta-0) $(call lora_at,$1,$2,$3,theta-F) \
	$D/forgetting.mpk.zst,\
	$(lora_vector_$4) | svd-basis -r 1 -o $$@)
$(call product,$D/$4.random.mpk.zst,$D/$4.task-vector.mpk.zst,\
	svd-basis --method random -r $(LORA_MAX_RANK) -s $1 -o $$@ \
	$D/$4.task-vector.mpk.zst)
endef

# Updates of the product are too large to keep: the recovery is gone through
# once more.  4: coordinates, 5: optimizer
lora_updates_factors = $D/$5$6.updates.mpk.zst
lora_updates_product = $D/product.$5$6.updates
lora_again_factors :=
lora_again_product = $(call lora_recover,$1,$2,$3,$5) --coordinates product \
	-n $(LORA_RECOVER_STEPS) --data-seed $1$(FIRST_ORDER) \
	-o $(lora_updates_product); \
	$(call lora_recover,$1,$2,$3,$5) --coordinates product \
	-n $(LORA_MAX_RANK) --data-seed $1$(OTHER_ORDER) \
	-o $(call lora_updates_product,$1,$2,$3,$4,$5,-other-order);
lora_done_product = rm $(lora_updates_product) \
	$(call lora_updates_product,$1,$2,$3,$4,$5,-other-order);
lora_prefix = svd-basis --method prefix --first $(LORA_MAX_RANK) \
	-r $(LORA_MAX_RANK) -o $D/$4.$5$6.prefix.mpk.zst \
	$(lora_updates_$4);
define lora_recovered
$(call product,$D/$4.$5.capture.tsv $(foreach b,prefix prefix-other-order \
	oracle,$(lora_file_$b)) $D/$4.$5.displacement.mpk.zst,\
	$(lora_of_before) $D/$5.updates.mpk.zst \
	$D/$5-other-order.updates.mpk.zst,\
	$(lora_again_$4) \
	$(lora_prefix) $(call lora_prefix,$1,$2,$3,$4,$5,-other-order) \
	svd-basis -r $(LORA_MAX_RANK) -o $(lora_file_oracle) \
	$(lora_updates_$4); \
	lincomb --sum --label name=full -o $D/$4.$5.displacement.mpk.zst \
	$(lora_updates_$4); \
	capture --updates -r $(LORA_ALL_RANKS) \
	$(foreach b,$(LORA_BASES),-b $b=$(lora_file_$b)) \
	$(lora_updates_$4) > $$@; $(lora_done_$4))
$(call table,$D/$4.$5.function.tsv,$D/$4.$5.capture.tsv \
	$D/$4.$5.displacement.mpk.zst,\
	{ cat $D/$4.$5.displacement.mpk.zst; $(lora_projections) } | \
	evaluate $(call lora_with,$1,$2,$3,theta-F) $(task_a) \
	-n $(LORA_ITEMS) -s $1$(TEST_DRAWS) --base -d -)
$(call table,$D/$4.$5.recovery.tsv,$D/$4.$5.capture.tsv \
	$D/$4.$5.function.tsv,\
	$(tawk) $(TABLES)/recovery.awk -v seed=$1 -v optimizer=$5 \
	-v accuracy=choice_accuracy \
	-v evaluated=$(call commas,$(LORA_FUNCTION_RANKS)) \
	$D/$4.$5.function.tsv $D/$4.$5.capture.tsv | \
	$(call lora_under,$1,$2,$3, coordinates=$4))
endef
lora_projections = $(foreach b,$(LORA_BASES),project --name $b \
	-r $(call commas,$(LORA_FUNCTION_RANKS)) -b $(lora_file_$b) \
	$D/$4.$5.displacement.mpk.zst;)

# --- how far the basis of the gradients turns
lora_later := $(call commas,$(filter-out 0,$(LORA_DRIFT_STEPS)))
define lora_drift
$(call table,$D/$4.$5.drift.tsv,$D/$5.updates.mpk.zst,\
	{ tensor-select --records 0 $D/$5.updates.mpk.zst | \
	lincomb -w 0 --label step=0 -; \
	lincomb --cumulative $D/$5.updates.mpk.zst | \
	tensor-select --step $(lora_later); } | \
	grad-dump $(call lora_with,$1,$2,$3,theta-F) --coordinates $4 \
	$(task_a) -n $(LORA_GRADS) -b $(LORA_GRAD_BATCH) \
	-s $1$(DRIFT_DRAWS) --fresh -d - | \
	svd-basis --by step --split-half -r $(LORA_DRIFT_RANK) | \
	drift --against both | \
	awk -f $(TABLES)/drift.awk -v seed=$1 -v optimizer=$5 | \
	$(call lora_under,$1,$2,$3, coordinates=$4))
endef

define lora_pair
$(lora_adapters)
$(lora_spectra)
$(foreach k,$(LORA_COORDINATES),$(call lora_vectors,$1,$2,$3,$k)\
    $(foreach o,$(OPTIMIZERS),$(call lora_recovered,$1,$2,$3,$k,$o)\
	$(call lora_drift,$1,$2,$3,$k,$o)))
endef
LORA_SPECTRA :=
$(strip $(foreach s,$(SEEDS),$(foreach m,$(SUBJECTS),\
    $(foreach p,$(LORA_PAIRS),$(call lora_pair,$s,$m,$p)))))

# --- over the seeds
# $(call lora_table,NAME,FILES): their rows.
lora_all = $(foreach m,$(SUBJECTS),$(foreach p,$(LORA_PAIRS),$(call \
	all_seeds,lora/$m/$p/$1)))
lora_each = $(foreach k,$(LORA_COORDINATES),$(foreach o,$(OPTIMIZERS),$(call \
	lora_all,$k.$o.$1)))
lora_table = $(call table,$(RESULTS)/lora-$1.tsv,$2,\
	awk -f $(TABLES)/join.awk $2)
LORA_CHECKPOINTS := base theta-0 theta-F $(OPTIMIZERS)
LORA_ACCURACIES := $(foreach c,$(LORA_CHECKPOINTS),$(call \
	lora_all,$c.accuracy.tsv))
$(call lora_table,training,$(LORA_ACCURACIES))
$(call lora_table,spectra,$(LORA_SPECTRA))
$(call lora_table,recovery,$(call lora_each,recovery.tsv))
$(call lora_table,drift,$(call lora_each,drift.tsv))
$(call table,$(RESULTS)/lora-rank.tsv,$(RESULTS)/lora-spectra.tsv,\
	awk -f $(TABLES)/rank.awk -v ranks=$(LORA_ALL_RANKS) \
	-v keys=subject$(comma)pair$(comma)coordinates \
	$(RESULTS)/lora-spectra.tsv)

# --- the claims and the report
GRAPH_WORDS += lora:SUBJECTS lora:LORA_PAIRS lora:LORA_COORDINATES \
	lora:LORA_LETTERS
LORA_LETTERS := a b
LORA_TABLES := $(patsubst %,$(RESULTS)/lora-%.tsv,training rank recovery drift)
CLAIM_WORDS += lora_rank=$(LORA_RANK) lora_at=$(LORA_DRIFT_AT)
$(call quantities,lora,$(filter-out %/lora-training.tsv,$(LORA_TABLES)),\
	-v subjects=$(call commas,$(SUBJECTS)) \
	-v pairs=$(call commas,$(LORA_PAIRS)) \
	-v optimizers=$(call commas,$(OPTIMIZERS)) \
	-v rank=$(LORA_RANK) -v at=$(LORA_DRIFT_AT))
LORA_BASIS_NAMES := $(LORA_BASES) full none
# 1: subject, 2: pair, 3: optimizer
lora_cell = subject=$1;pair=$2
define lora_plots
$(call plot,lora,lora-capture-$1-$2-$3,ranks.gp 'captured \
	energy',lora-recovery,\
	-v where='$(lora_cell);optimizer=$3;coordinates=factors' -v by=basis \
	-v names=$(call list,$(LORA_BASIS_NAMES)) -v x=rank \
	-v y=captured_energy)
$(call plot,lora,lora-function-$1-$2-$3,ranks.gp 'choice \
	accuracy',lora-recovery,\
	-v where='$(lora_cell);optimizer=$3;coordinates=factors' -v by=basis \
	-v names=$(call list,$(LORA_BASIS_NAMES)) -v x=rank \
	-v y=functional_accuracy)
$(call plot,lora,lora-drift-$1-$2-$3,drift.gp 0.5,lora-drift,\
	-v where='$(lora_cell);optimizer=$3;coordinates=factors' \
	-v by=against -v names='first previous' -v x=step_t \
	-v y='ratio overlap ceiling_t')
endef
LORA_SPECTRUM_NAMES := $(foreach z,0 1,$(CONTROLS:%=%+$z))
define lora_pair_plots
$(foreach c,theta-0 theta-F,\
    $(call plot,lora,lora-spectra-$1-$2-$c,spectra.gp,lora-spectra,\
	-v where='$(lora_cell);checkpoint=$c;coordinates=factors;task=$(call \
	lora_a,$2)' -v by=control+centred \
	-v names=$(call list,$(LORA_SPECTRUM_NAMES)) -v x=component \
	-v y=energy))
$(foreach o,$(OPTIMIZERS),$(call lora_plots,$1,$2,$o))
endef
$(strip $(foreach m,$(SUBJECTS),$(foreach p,$(LORA_PAIRS),$(call \
	lora_pair_plots,$m,$p))))
LORA_FILES := $(foreach f,prefix.mpk.zst oracle.mpk.zst \
	displacement.mpk.zst capture.tsv function.tsv recovery.tsv \
	drift.tsv,$(call lora_each,$f))
$(call part,lora,$(LORA_TABLES),\
	-v subjects=$(call list,$(SUBJECTS)) \
	-v origins=$(call list,$(SUBJECT_ORIGINS)) \
	-v pairs=$(call list,$(LORA_PAIRS)) \
	-v optimizers=$(call list,$(OPTIMIZERS)) \
	-v coordinates=$(call list,$(LORA_COORDINATES)) \
	-v checkpoints=$(call list,$(LORA_CHECKPOINTS)) \
	-v controls=$(call list,$(CONTROLS)) -v r=$(LORA_R) \
	-v alpha=$(LORA_ALPHA) -v lr=$(LORA_LR) -v rank=$(LORA_RANK) \
	-v at=$(LORA_DRIFT_AT),\
	$(foreach f,theta-0 below theta-F $(OPTIMIZERS) \
	$(OPTIMIZERS:%=%-other-order.updates.mpk.zst) \
	$(foreach k,$(LORA_COORDINATES),$k.task-vector.mpk.zst \
	$k.random.mpk.zst),$(call lora_all,$f)) $(LORA_ACCURACIES) \
	$(LORA_SPECTRA) $(LORA_FILES) $(RESULTS)/lora-spectra.tsv \
	$(LORA_TABLES))

products: $(PRODUCTS)
endif
