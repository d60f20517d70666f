# train.mk: the models.  theta_0 knows every task; theta_F has forgotten A;
# gd and adamw are theta_F's recoveries of A, whose updates are kept.
include $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))/common.mk
ifndef train_mk
train_mk := 1

JOINT = train -c $(CONFIG) --length $(LENGTH) -t $(TRAIN_TASKS) -b $(BATCH) \
	--lr $(LR) $(TRAIN_OPTIONS) -s $1
RECOVER = train -m $S/theta-F --length $(LENGTH) -t $(TASK_A) \
	-b $(RECOVER_BATCH) --check-every 0 --stream updates
OPTIONS_gd    := $(GD_OPTIONS)
OPTIONS_adamw := $(ADAMW_OPTIONS)

# 1: the seed
define train_seed
$(call model,$S/theta-0,$(CONFIG),\
	$(JOINT) -n $(TRAIN_STEPS) -O $S/theta-0)
$(call model,$S/early,$(CONFIG),\
	$(JOINT) -n $(EARLY_STEPS) -O $S/early)
$(call model,$S/theta-F,$S/theta-0/model.safetensors,\
	train -m $S/theta-0 --length $(LENGTH) -t $(TASK_B) -n $(FORGET_STEPS) \
	-b $(FORGET_BATCH) $(FORGET_OPTIONS) --data-seed $1$(FORGET_DRAWS) \
	--until-below $(TASK_A)=$(FORGET_BELOW) -O $S/theta-F)
$(foreach o,$(OPTIMIZERS),$(call recover,$1,$o))
endef

# 1: the seed, 2: the optimizer.  The other order of the data is followed as
# far as the largest prefix basis goes.
define recover
$(call model,$S/$2,$S/theta-F/model.safetensors,\
	$(RECOVER) -n $(RECOVER_STEPS) $(OPTIONS_$2) \
	--data-seed $1$(FIRST_ORDER) -O $S/$2 -o $S/$2.updates.mpk.zst,\
	$S/$2.updates.mpk.zst)
$(call model,$S/$2-other-order,$S/theta-F/model.safetensors,\
	$(RECOVER) -n $(MAX_RANK) $(OPTIONS_$2) \
	--data-seed $1$(OTHER_ORDER) -O $S/$2-other-order \
	-o $S/$2-other-order.updates.mpk.zst,\
	$S/$2-other-order.updates.mpk.zst)
endef

$(strip $(foreach s,$(SEEDS),$(call train_seed,$s)))

# What each model knows, and how it came there.
MODELS := early theta-0 theta-F $(OPTIMIZERS)
curve_of = $(if $(filter theta-0,$1),validation,train)
# 1: the seed, 2: the model
define accuracy
ACCURACIES += $S/$2.accuracy.tsv
$(call table,$S/$2.accuracy.tsv,$S/$2/model.safetensors,\
	evaluate -m $S/$2 --length $(LENGTH) -t $(call commas,$(TASKS)) \
	-n $(ITEMS) -s $1$(TEST_DRAWS) | $(tawk) $(TABLES)/accuracy.awk \
	-v seed=$1 -v checkpoint=$2 $S/$2/train.tsv -)
CURVES += $S/$2.curve.tsv
$(call table,$S/$2.curve.tsv,$S/$2/model.safetensors,\
	$(tawk) $(TABLES)/curves.awk -v seed=$1 -v checkpoint=$2 \
	-v split_wanted=$(call curve_of,$2) $S/$2/train.tsv)
endef
ACCURACIES :=
CURVES :=
$(foreach s,$(SEEDS),$(foreach m,$(MODELS),$(eval $(call accuracy,$s,$m))))

$(call table,$(RESULTS)/training.tsv,$(ACCURACIES),\
	awk -f $(TABLES)/join.awk $(ACCURACIES))
$(call table,$(RESULTS)/curves.tsv,$(CURVES),\
	awk -f $(TABLES)/join.awk $(CURVES))

# --- the report
$(call plot,training,joint,curves.gp 'exact match' $(call \
	list,$(TASKS)) '',curves,\
	-v where=checkpoint=theta-0 -v by=task -v names=$(call list,$(TASKS)) \
	-v x=step -v y=exact_match)
$(call plot,training,recovering,curves.gp 'loss' $(call \
	list,$(OPTIMIZERS)) log,curves,\
	-v where=split=train -v by=checkpoint \
	-v names=$(call list,$(OPTIMIZERS)) -v x=step -v y=loss)
$(call part,training,$(RESULTS)/training.tsv,\
	-v checkpoints=$(call list,$(MODELS)) \
	-v tasks=$(call list,$(TASKS)),\
	$(foreach m,$(MODELS),$(call all_seeds,$m)) $(ACCURACIES) \
	$(RESULTS)/training.tsv)

products: $(PRODUCTS)
endif
