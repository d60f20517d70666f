# order-defect.mk: a step on task A then one on task B end elsewhere than the
# two in the other order; how far, against what the Hessians predict.
include $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))/train.mk
ifndef order_defect_mk
order_defect_mk := 1

# The tasks by number, from 0.  Record a n + b of a stream belongs to the step
# on task a and the gradient of task b.
order_n := $(words $(TASKS))
order_ids := $(shell seq 0 $$(($(order_n) - 1)))
order_pairs = $(call commas,$(shell for a in $1; do for b in $(order_ids); do \
	[ $$b -le $$a ] || echo $$(($2)); done; done))
# Of the pairs a < b, in the order of a and then of b: all (a, b), and those
# (b, a) of one a.
order_upper := $(call order_pairs,$(order_ids),a * $(order_n) + b)
order_lower = $(call order_pairs,$1,b * $(order_n) + a)
order_firsts := $(filter-out $(lastword $(order_ids)),$(order_ids))

# 1: seed, 2: checkpoint
order_grad = grad-dump -m $S/$2 --length $(LENGTH) -t $(call commas,$(TASKS)) \
	--mean -n $(ORDER_BATCHES) -b $(ORDER_BATCH) -s $1$(ORDER_DRAWS)

# One record for each pair: of the stream $3.all, the records (a, b) less the
# records (b, a).  3: where things stand
define order_differences
tensor-select -r $(order_upper) -o $3.upper $3.all; \
{ $(foreach a,$(order_firsts),tensor-select -r $(call order_lower,$a) \
$3.all;) } | lincomb -w 1,-1 -o $3.part $3.upper -
endef

# $3.all of steps of size $4: the gradients of b after the step on a, less
# those before it.
define order_step
lincomb -w -$4 $3.g | $(order_grad) -d - -o $3.moved; \
{ $(foreach a,$(order_ids),cat $3.g;) } | \
lincomb -w 1,-1 -o $3.all $3.moved -
endef

# The defect of step size $4 is $4 times the difference of pairs of
# order_step, what is predicted the same of the central differences 2 h H_b g_a
# over 2 h.  The first table of cosine's: what only rounding does to the
# gradients.
define order_defect
$(call product,$3.tsv,$S/$2/model.safetensors,\
	$(order_grad) -o $3.g; \
	perturb -m $S/$2 -S $(ROUNDING) -s $1$(PAIR_DRAWS) | \
	$(order_grad) -d - | lincomb -w 1$(comma)-1 -o $3.noise - $3.g; \
	lincomb -w $(ORDER_DIFFERENCE) $3.g | $(order_grad) -d - -o $3.moved; \
	lincomb -w -$(ORDER_DIFFERENCE) $3.g | $(order_grad) -d - | \
	lincomb -w 1$(comma)-1 -o $3.all $3.moved -; \
	$(order_differences); mv $3.part $3.predicted; \
	{ cosine -r $3.noise $3.g; \
	$(foreach e,$(ORDER_STEPS),\
	$(call order_step,$1,$2,$3,$e); $(order_differences); \
	lincomb -w -$e $3.part | cosine -r $3.predicted;) } | \
	$(tawk) $(TABLES)/order.awk -v seed=$1 -v checkpoint=$2 \
	-v tasks=$(call commas,$(TASKS)) -v h=$(ORDER_DIFFERENCE) \
	-v sizes=$(call commas,$(ORDER_STEPS)) > $$@; \
	rm $3.g $3.noise $3.moved $3.all $3.upper $3.part $3.predicted)
endef
$(strip $(foreach s,$(SEEDS),$(foreach c,$(ORDER_AT),$(call \
    order_defect,$s,$c,$(RUNS)/seed-$s/$c.order))))

ORDERS := $(foreach c,$(ORDER_AT),$(call all_seeds,$c.order.tsv))
$(call table,$(RESULTS)/order.tsv,$(ORDERS),\
	awk -f $(TABLES)/join.awk $(ORDERS))

# --- the claim and the report
$(call quantities,order-defect,$(RESULTS)/order.tsv,\
	-v at=$(firstword $(ORDER_AT)))
order_others := $(if $(word 3,$(TASKS)),other_pairs)
$(foreach c,$(ORDER_AT),$(foreach y,ratio cosine,\
    $(call plot,order-defect,order-$y-$c,order.gp $y $(order_others),order,\
	-v where='checkpoint=$c;distinct=1' -v by=checkpoint -v names=$c \
	-v x=step_size -v y='$y $(if $(filter cosine,$y),$(order_others))')))
$(call part,order-defect,$(RESULTS)/order.tsv,\
	-v checkpoints=$(call list,$(ORDER_AT)) \
	-v tasks=$(call list,$(TASKS)) -v h=$(ORDER_DIFFERENCE) \
	-v steps=$(call list,$(ORDER_STEPS)) \
	-v examples='$(ORDER_BATCHES) x $(ORDER_BATCH)',\
	$(ORDERS) $(RESULTS)/order.tsv)

products: $(PRODUCTS)
endif
