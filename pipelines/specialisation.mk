# specialisation.mk (claim C9): tasks learnt one after another, against all of
# them together in as many steps: what is forgotten, and how much noise in the
# weights the models stand.
include $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))/common.mk
ifndef specialisation_mk
specialisation_mk := 1

ARMS   := sequential mixed
STAGES := $(wordlist 1,$(words $(SPECIAL_TASKS)),1 2 3)
LAST   := $(lastword $(STAGES))

# The model of seed $1, arm $2 after stage $3, the one before, and its tasks.
special = $S/special/$2-$3
special_before = $(if $(filter-out 1,$3),$(call \
	special,$1,$2,$(words $(wordlist 2,$3,$(STAGES)))))
special_task = $(word $3,$(SPECIAL_TASKS))
special_tasks = $(if $(filter mixed,$2),$(call \
	commas,$(SPECIAL_TASKS)),$(special_task))

# Both arms begin with the same weights, and differ in nothing but the tasks.
# 1: seed, 2: arm, 3: stage
define special_stage
$(call model,$(special),$(if $(special_before),\
	$(special_before)/model.safetensors,$(CONFIG)),\
	train $(if $(special_before),-m $(special_before),-c $(CONFIG) -s $1) \
	--length $(LENGTH) -t $(special_tasks) -n $(SPECIAL_STEPS) \
	-b $(SPECIAL_BATCH) $(SPECIAL_OPTIONS) --check-every 0 \
	--data-seed $1$(word $3,$(SPECIAL_DRAWS)) -O $(special))
$(call table,$(special).accuracy.tsv,$(special)/model.safetensors,\
	evaluate -m $(special) --length $(LENGTH) \
	-t $(call commas,$(SPECIAL_TASKS)) -n $(ITEMS) -s $1$(TEST_DRAWS) | \
	$(tawk) $(TABLES)/specialisation.awk -v seed=$1 -v arm=$2 -v stage=$3)
endef

# Noise: each sequential model on the task that it has just learnt, the last
# mixed one on every task.
# 1: seed, 2: arm, 3: stage
define special_noise
$(call table,$(special).noise.tsv,$(special)/model.safetensors,\
	{ perturb -m $(special) -n $(NOISE_COUNT) -s $1$(NOISE_DRAWS) \
	-S $(NOISE_RELATIVE) --relative; \
	perturb -m $(special) -n $(NOISE_COUNT) -s $1$(NOISE_DRAWS) \
	-S $(NOISE_ABSOLUTE); } | \
	evaluate -m $(special) --length $(LENGTH) -t $(special_tasks) \
	-n $(NOISE_ITEMS) -s $1$(TEST_DRAWS) --base -d - | \
	$(tawk) $(TABLES)/noise.awk -v seed=$1 -v arm=$2 -v stage=$3)
endef

define special_seed
$(foreach k,$(STAGES),$(foreach a,$(ARMS),$(call special_stage,$1,$a,$k)))
$(foreach k,$(STAGES),$(call special_noise,$1,sequential,$k))
$(call special_noise,$1,mixed,$(LAST))
endef
$(strip $(foreach s,$(SEEDS),$(call special_seed,$s)))

every_stage = $(foreach a,$(ARMS),$(foreach k,$(STAGES),$(SEEDS:%=$(call \
	special,%,$a,$k)$1)))
SPECIAL_NOISES := $(foreach k,$(STAGES),$(SEEDS:%=$(call \
	special,%,sequential,$k).noise.tsv)) \
	$(SEEDS:%=$(call special,%,mixed,$(LAST)).noise.tsv)
$(call table,$(RESULTS)/specialisation.tsv,$(call every_stage,.accuracy.tsv),\
	awk -f $(TABLES)/join.awk $(call every_stage,.accuracy.tsv))
$(call table,$(RESULTS)/noise.tsv,$(SPECIAL_NOISES),\
	awk -f $(TABLES)/join.awk $(SPECIAL_NOISES))

# --- the claim and the report
GRAPH_WORDS += specialisation:ARMS
special_words := -v tasks=$(call list,$(SPECIAL_TASKS))
$(call quantities,specialisation,\
	$(RESULTS)/specialisation.tsv $(RESULTS)/noise.tsv,$(special_words))
$(foreach a,$(ARMS),$(call plot,specialisation,stages-$a,stages.gp \
	$(call list,$(SPECIAL_TASKS)),specialisation,\
	-v where=arm=$a -v by=task -v names=$(call list,$(SPECIAL_TASKS)) \
	-v x=stage -v y=exact_match))
$(foreach c,relative absolute,$(call plot,specialisation,noise-$c,noise.gp \
	$(call list,$(ARMS)),noise,\
	-v where='scale=$c;stage=$(LAST);task=$(lastword $(SPECIAL_TASKS))' \
	-v by=arm -v names=$(call list,$(ARMS)) -v x=sigma -v y=exact_match))
$(call part,specialisation,\
	$(RESULTS)/specialisation.tsv $(RESULTS)/noise.tsv,\
	$(special_words) -v steps=$(SPECIAL_STEPS) -v batch=$(SPECIAL_BATCH) \
	-v digits=$(LENGTH),\
	$(call every_stage,) $(call every_stage,.accuracy.tsv) \
	$(SPECIAL_NOISES) $(RESULTS)/specialisation.tsv $(RESULTS)/noise.tsv)

products: $(PRODUCTS)
endif
