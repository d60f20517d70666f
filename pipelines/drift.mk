# drift.mk (claim C3): how far the basis of task A's gradients turns in the
# course of the recovery, against what two halves of one sample differ by.
include $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))/train.mk
ifndef drift_mk
drift_mk := 1

later_steps := $(call commas,$(filter-out 0,$(DRIFT_STEPS)))

# The deltas: the displacement after each of the steps, of step 0 first.
# Other minibatches at each, so that no two bases share a sample.
# 1: seed, 2: optimizer
define drift
$(call table,$S/$2.drift.tsv,$S/$2.updates.mpk.zst $S/theta-F/model.safetensors \
	$(PIPELINES)/drift.awk,\
	{ tensor-select --records 0 $S/$2.updates.mpk.zst | \
	lincomb -w 0 --label step=0 -; \
	lincomb --cumulative $S/$2.updates.mpk.zst | \
	tensor-select --step $(later_steps); } | \
	grad-dump -m $S/theta-F --length $(LENGTH) -t $(TASK_A) -n $(GRADS) \
	-b $(GRAD_BATCH) -s $1$(DRIFT_DRAWS) --fresh -d - | \
	svd-basis --by step --split-half -r $(DRIFT_RANK) | \
	drift --against both | \
	awk -f $(PIPELINES)/drift.awk -v seed=$1 -v optimizer=$2)
endef
$(strip $(foreach s,$(SEEDS),$(foreach o,$(OPTIMIZERS),$(call drift,$s,$o))))

DRIFTS := $(foreach o,$(OPTIMIZERS),$(SEEDS:%=$(RUNS)/seed-%/$o.drift.tsv))
$(call table,$(RESULTS)/drift.tsv,$(DRIFTS) $(PIPELINES)/join.awk,\
	awk -f $(PIPELINES)/join.awk $(DRIFTS))

products: $(PRODUCTS)
endif
