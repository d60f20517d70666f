# linear-regime.mk (claim C7): the odd part F1 and the even part F2 of what
# the loss answers to a pair +d, -d of random perturbations, by their sigma,
# and where the two cross against what the curvature predicts.
include $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))/train.mk
ifndef linear_regime_mk
linear_regime_mk := 1

# The fixed batch of examples of A for the loss and for its gradient.
# 1: seed, 2: checkpoint
regime_grad = grad-dump -m $S/$2 --length $(LENGTH) -t $(TASK_A) -n 1 \
	-b $(REGIME_ITEMS) -s $1$(PROBE_DRAWS)
regime_loss = evaluate -m $S/$2 --length $(LENGTH) -t $(TASK_A) \
	--split train -n $(REGIME_ITEMS) -s $1$(PROBE_DRAWS)
regime_pairs = perturb -m $S/$2 -a -n $(REGIME_PAIRS) -s $1$(PAIR_DRAWS) -S

# The curvature along random directions z, independent of the pairs: the
# central difference of the gradients at +-h z is 2 h H z.
# 1: seed, 2: checkpoint, 3: where they stand meanwhile
define regime
$(call table,$S/$2.pairs.tsv,$S/$2/model.safetensors,\
	{ $(call regime_pairs,$1,$2) $(ROUNDING); \
	$(call regime_pairs,$1,$2) $(REGIME_SIGMAS); } | \
	$(call regime_loss,$1,$2) --base -d - | \
	$(tawk) $(TABLES)/pairs.awk -v seed=$1 -v checkpoint=$2)
$(call product,$S/$2.curvature.tsv,$S/$2/model.safetensors,\
	perturb -m $S/$2 -n $(REGIME_DIRECTIONS) -S $(REGIME_DIFFERENCE) \
	-s $1$(DIRECTION_DRAWS) -o $3.z; \
	$(call regime_grad,$1,$2) -d $3.z -o $3.plus; \
	{ $(call regime_grad,$1,$2) | cosine; \
	lincomb -w -1 $3.z | $(call regime_grad,$1,$2) -d - | \
	lincomb -w 1$(comma)-1 $3.plus - | cosine -r $3.z; } | \
	$(tawk) $(TABLES)/curvature.awk -v seed=$1 -v checkpoint=$2 \
	-v h=$(REGIME_DIFFERENCE) > $$@; \
	rm $3.z $3.plus)
$(call table,$S/$2.regime.tsv,$S/$2.pairs.tsv $S/$2.curvature.tsv,\
	$(tawk) $(TABLES)/regime.awk -v rounding=$(ROUNDING) \
	$S/$2.curvature.tsv $S/$2.pairs.tsv)
endef
$(strip $(foreach s,$(SEEDS),$(foreach c,$(REGIME_AT),\
    $(call regime,$s,$c,$(RUNS)/seed-$s/$c.curvature))))

REGIMES := $(foreach c,$(REGIME_AT),$(call all_seeds,$c.regime.tsv))
$(call table,$(RESULTS)/regime.tsv,$(REGIMES),\
	awk -f $(TABLES)/join.awk $(REGIMES))

# --- the claim and the report
GRAPH_WORDS += linear-regime:REGIME_AT
$(call quantities,linear-regime,$(RESULTS)/regime.tsv)
$(foreach c,$(REGIME_AT),$(call plot,linear-regime,regime-$c,regime.gp,regime,\
	-v where=checkpoint=$c -v by=checkpoint -v names=$c -v x=sigma \
	-v y='rms_f1 rms_f2 sigma_norm_g predicted_f2 floor crossing \
	predicted_crossing'))
$(call part,linear-regime,$(RESULTS)/regime.tsv,\
	-v checkpoints=$(call list,$(REGIME_AT)) -v a=$(TASK_A) \
	-v items=$(REGIME_ITEMS) -v directions=$(REGIME_DIRECTIONS),\
	$(foreach c,$(REGIME_AT),$(call all_seeds,$c.pairs.tsv) \
	$(call all_seeds,$c.curvature.tsv)) $(REGIMES) $(RESULTS)/regime.tsv)

products: $(PRODUCTS)
endif
