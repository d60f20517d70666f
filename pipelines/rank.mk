# rank.mk (claim C1): how many dimensions a task's gradients fill, beside two
# noise controls, and how far the tasks share them.
include $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))/train.mk
ifndef rank_mk
rank_mk := 1

# Where the gradients of seed $1, checkpoint $2, task $3, control $4 stand
# while they are measured: there are too many to keep.
G = $S/gradients/$2.$3.$4

# What is kept of them beside the spectrum: a basis, and bases of two halves.
basis = $S/gradients/$2.$3.basis.mpk.zst
halves = $S/gradients/$2.$3.halves.mpk.zst
with_basis = $(and $(filter none,$4),$(filter $2.$3,theta-0.$(TASK_A) \
	theta-F.$(TASK_A) theta-F.$(TASK_B)),$(basis))
with_halves = $(and $(filter none,$4),$(filter $2,$(OVERLAP_AT)),$(halves))

# 1: seed, 2: checkpoint, 3: task, 4: control
define spectrum
SPECTRA += $G.tsv
$(call product,$G.tsv $(with_basis) $(with_halves),\
	$S/$2/model.safetensors,\
	grad-dump -m $S/$2 --length $(LENGTH) -t $3 -n $(GRADS) \
	-b $(GRAD_BATCH) -s $1$(GRAD_DRAWS) --control $4 -o $G.mpk.zst; \
	{ svd-basis -r 0 $G.mpk.zst | tensor-ls; \
	svd-basis -r 0 --centre $G.mpk.zst | tensor-ls; } | \
	$(tawk) $(TABLES)/spectrum.awk -v seed=$1 -v checkpoint=$2 > $$@; \
	$(if $(with_basis),\
	svd-basis -r $(MAX_RANK) -o $(with_basis) $G.mpk.zst;) \
	$(if $(with_halves),\
	svd-basis -r $(RANK) --split-half -o $(with_halves) $G.mpk.zst;) \
	rm $G.mpk.zst)
endef

# The tasks that are measured at checkpoint $1.
tasks_at = $(if $(filter $1,$(CHECKPOINTS_ALL) $(OVERLAP_AT)),$(TASKS),\
	$(TASK_A) $(if $(filter theta-F,$1),$(TASK_B)))

SPECTRA :=
$(foreach s,$(SEEDS),$(foreach c,$(CHECKPOINTS),\
    $(foreach t,$(call tasks_at,$c),$(foreach k,$(CONTROLS),\
	$(eval $(call spectrum,$s,$c,$t,$k))))))

$(call table,$(RESULTS)/spectra.tsv,$(SPECTRA),\
	awk -f $(TABLES)/join.awk $(SPECTRA))
$(call table,$(RESULTS)/rank.tsv,$(RESULTS)/spectra.tsv,\
	awk -f $(TABLES)/rank.awk -v ranks=$(call commas,$(RANKS)) \
	$(RESULTS)/spectra.tsv)

# Overlap of task $2's gradient basis with every task's, halves against
# halves.
all_halves = $(foreach t,$(TASKS),$S/gradients/$(OVERLAP_AT).$t.halves.mpk.zst)
overlaps = $(foreach h,$(all_halves),cat $(all_halves) | drift $h -;)
define overlap
$(call table,$S/overlap.tsv,$(all_halves),\
	{ $(overlaps) } | $(tawk) $(TABLES)/overlap.awk -v seed=$1 \
	-v checkpoint=$(OVERLAP_AT) -v tasks=$(call commas,$(TASKS)))
endef
$(strip $(foreach s,$(SEEDS),$(call overlap,$s)))

OVERLAPS := $(SEEDS:%=$(RUNS)/seed-%/overlap.tsv)
$(call table,$(RESULTS)/overlap.tsv,$(OVERLAPS),\
	awk -f $(TABLES)/join.awk $(OVERLAPS))

# --- the claim and the report
$(call quantities,rank,$(RESULTS)/rank.tsv,\
	-v task=$(TASK_A) -v rank=$(RANK))
SPECTRA_NAMES := $(foreach z,0 1,$(CONTROLS:%=%+$z))
$(foreach c,theta-0 theta-F,$(call plot,rank,spectra-$c,spectra.gp,spectra,\
	-v where='checkpoint=$c;task=$(TASK_A)' -v by=control+centred \
	-v names=$(call list,$(SPECTRA_NAMES)) -v x=component -v y=energy))
$(call part,rank,$(RESULTS)/rank.tsv $(RESULTS)/overlap.tsv,\
	-v tasks=$(call list,$(TASKS)) -v a=$(TASK_A) \
	-v rank=$(RANK) -v checkpoints=$(call list,$(CHECKPOINTS)) \
	-v checkpoints_all=$(call list,$(CHECKPOINTS_ALL)) \
	-v controls=$(call list,$(CONTROLS)) -v overlap_at=$(OVERLAP_AT),\
	$(SPECTRA) $(RESULTS)/spectra.tsv $(RESULTS)/rank.tsv $(OVERLAPS) \
	$(RESULTS)/overlap.tsv)

products: $(PRODUCTS)
endif
