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
$(call table,$S/$2.drift.tsv,$S/$2.updates.mpk.zst \
	$S/theta-F/model.safetensors,\
	{ tensor-select --records 0 $S/$2.updates.mpk.zst | \
	lincomb -w 0 --label step=0 -; \
	lincomb --cumulative $S/$2.updates.mpk.zst | \
	tensor-select --step $(later_steps); } | \
	grad-dump -m $S/theta-F --length $(LENGTH) -t $(TASK_A) -n $(GRADS) \
	-b $(GRAD_BATCH) -s $1$(DRIFT_DRAWS) --fresh -d - | \
	svd-basis --by step --split-half -r $(DRIFT_RANK) | \
	drift --against both | \
	awk -f $(TABLES)/drift.awk -v seed=$1 -v optimizer=$2)
endef
$(strip $(foreach s,$(SEEDS),$(foreach o,$(OPTIMIZERS),$(call drift,$s,$o))))

DRIFTS := $(foreach o,$(OPTIMIZERS),$(SEEDS:%=$(RUNS)/seed-%/$o.drift.tsv))
$(call table,$(RESULTS)/drift.tsv,$(DRIFTS),\
	awk -f $(TABLES)/join.awk $(DRIFTS))

# --- the claim and the report
$(call quantities,drift,$(RESULTS)/drift.tsv,\
	-v at=$(DRIFT_AT) -v optimizers=$(call commas,$(OPTIMIZERS)))
$(foreach o,$(OPTIMIZERS),\
    $(call plot,drift,drift-$o,drift.gp 0.5,drift,\
	-v where=optimizer=$o -v by=against -v names='first previous' \
	-v x=step_t -v y='ratio overlap ceiling_t')\
    $(call plot,drift,angles-$o,angles.gp,drift,\
	-v where=optimizer=$o -v by=against -v names='first previous' \
	-v x=step_t -v y='angle_min angle_median angle_max'))
$(call part,drift,$(RESULTS)/drift.tsv,\
	-v optimizers=$(call list,$(OPTIMIZERS)) -v at=$(DRIFT_AT),\
	$(DRIFTS) $(RESULTS)/drift.tsv)

products: $(PRODUCTS)
endif
