# recovery.mk (claims C2 and C4): which subspace holds the displacement from
# theta_F to the recovered model, and what its part there recovers.
include $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))/rank.mk
ifndef recovery_mk
recovery_mk := 1

BASES := static local other-task task-vector random prefix \
	prefix-other-order oracle
# The file of basis $3 for seed $1, optimizer $2.
basis_file = $(basis_file_$3)
basis_file_static = $S/gradients/theta-0.$(TASK_A).basis.mpk.zst
basis_file_local = $S/gradients/theta-F.$(TASK_A).basis.mpk.zst
basis_file_other-task = $S/gradients/theta-F.$(TASK_B).basis.mpk.zst
basis_file_task-vector = $S/task-vector.mpk.zst
basis_file_random = $S/random.mpk.zst
basis_file_prefix = $S/$2.prefix.mpk.zst
basis_file_prefix-other-order = $S/$2-other-order.prefix.mpk.zst
basis_file_oracle = $S/$2.oracle.mpk.zst

rank_list := $(call commas,$(RANKS))
minus_one := 1,-1

# 1: seed
define recovery_seed
$(call product,$S/task-vector.mpk.zst,\
	$S/theta-0/model.safetensors $S/theta-F/model.safetensors,\
	lincomb -w $(minus_one) $S/theta-0 $S/theta-F | svd-basis -r 1 -o $$@)
$(call product,$S/random.mpk.zst,$S/task-vector.mpk.zst,\
	svd-basis --method random -r $(MAX_RANK) -s $1 -o $$@ \
	$S/task-vector.mpk.zst)
$(foreach o,$(OPTIMIZERS),$(call recovery,$1,$o))
endef

# 1: seed, 2: optimizer
define recovery
$(foreach u,$2 $2-other-order,\
$(call product,$S/$u.prefix.mpk.zst,$S/$u.updates.mpk.zst,\
	svd-basis --method prefix --first $(MAX_RANK) -r $(MAX_RANK) -o $$@ \
	$S/$u.updates.mpk.zst))
$(call product,$S/$2.oracle.mpk.zst,$S/$2.updates.mpk.zst,\
	svd-basis -r $(MAX_RANK) -o $$@ $S/$2.updates.mpk.zst)
$(call product,$S/$2.displacement.mpk.zst,$S/$2.updates.mpk.zst,\
	lincomb --sum --label name=full -o $$@ $S/$2.updates.mpk.zst)
$(call table,$S/$2.capture.tsv,$S/$2.updates.mpk.zst $(files),\
	capture --updates -r $(rank_list) \
	$(foreach b,$(BASES),-b $b=$(call basis_file,$1,$2,$b)) \
	$S/$2.updates.mpk.zst)
$(call table,$S/$2.function.tsv,$S/$2.displacement.mpk.zst $(files),\
	{ cat $S/$2.displacement.mpk.zst; $(projections) } | \
	evaluate -m $S/theta-F --length $(LENGTH) -t $(TASK_A) -n $(ITEMS) \
	-s $1$(TEST_DRAWS) --base -d -)
$(call table,$S/$2.recovery.tsv,$S/$2.capture.tsv $S/$2.function.tsv,\
	$(tawk) $(TABLES)/recovery.awk -v seed=$1 -v optimizer=$2 \
	$S/$2.function.tsv $S/$2.capture.tsv)
endef
files = $(foreach b,$(BASES),$(call basis_file,$1,$2,$b))
projections = $(foreach b,$(BASES),project --name $b -r $(rank_list) \
	-b $(call basis_file,$1,$2,$b) $S/$2.displacement.mpk.zst;)

$(strip $(foreach s,$(SEEDS),$(call recovery_seed,$s)))

RECOVERIES := $(foreach o,$(OPTIMIZERS),\
	$(SEEDS:%=$(RUNS)/seed-%/$o.recovery.tsv))
$(call table,$(RESULTS)/recovery.tsv,$(RECOVERIES),\
	awk -f $(TABLES)/join.awk $(RECOVERIES))

# --- the claims and the report
$(call quantities,recovery,$(RESULTS)/recovery.tsv,\
	-v rank=$(RANK) -v optimizers=$(call commas,$(OPTIMIZERS)))
BASIS_NAMES := $(BASES) full none
$(foreach o,$(OPTIMIZERS),\
    $(call plot,recovery,capture-$o,ranks.gp 'captured energy',recovery,\
	-v where=optimizer=$o -v by=basis -v names=$(call \
	list,$(BASIS_NAMES)) -v x=rank -v y=captured_energy)\
    $(call plot,recovery,function-$o,ranks.gp 'exact match',recovery,\
	-v where=optimizer=$o -v by=basis -v names=$(call \
	list,$(BASIS_NAMES)) -v x=rank -v y=functional_accuracy))
$(call part,recovery,$(RESULTS)/recovery.tsv,\
	-v optimizers=$(call list,$(OPTIMIZERS)) -v rank=$(RANK),\
	$(call all_seeds,task-vector.mpk.zst) \
	$(call all_seeds,random.mpk.zst) $(foreach o,$(OPTIMIZERS),\
	$(call all_seeds,$o-other-order) \
	$(foreach f,prefix.mpk.zst oracle.mpk.zst displacement.mpk.zst \
	capture.tsv function.tsv recovery.tsv,$(call all_seeds,$o.$f)) \
	$(call all_seeds,$o-other-order.prefix.mpk.zst)) \
	$(RESULTS)/recovery.tsv)

products: $(PRODUCTS)
endif
