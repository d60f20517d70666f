# krylov.mk (claim C8): the span of the first m updates of gradient descent on
# a fixed batch against the Krylov space K_m(H, g0), by the size of the step.
include $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))/train.mk
ifndef krylov_mk
krylov_mk := 1

up_to = $(shell seq 1 $1)
K_LATER := $(wordlist 2,$(KRYLOV_UPDATES),$(call up_to,$(KRYLOV_UPDATES)))

# The gradient on the fixed batch.  1: seed, 2: checkpoint
k_grad = grad-dump -m $S/$2 --length $(LENGTH) -t $(TASK_A) --mean \
	-n $(KRYLOV_BATCHES) -b $(KRYLOV_BATCH) -s $1$(PROBE_DRAWS)

# Lanczos: with q_k the k-th row of the orthonormal basis of the vectors so
# far, g0, H q_1, H q_2, ..., the next is H q_k, by the central difference of
# the gradients at +-h q_k.  Orthonormalising all of them anew, twice, is the
# full reorthogonalisation.  4: k, counted from 0
define hessian_product
svd-basis -m prefix -r 0 $3.vectors | tensor-select -r $4 -o $3.q; \
lincomb -w $(KRYLOV_DIFFERENCE) $3.q | $(k_grad) -d - -o $3.plus; \
lincomb -w -$(KRYLOV_DIFFERENCE) $3.q | $(k_grad) -d - | \
lincomb -w 1,-1 -o $3.next $3.plus -; \
cat $3.next >> $3.vectors
endef

# 1: seed, 2: checkpoint, 3: where things stand
define krylov
$(call product,$3.g0.mpk.zst,$S/$2/model.safetensors,\
	$(k_grad) -o $$@)
$(call product,$3.basis.mpk.zst,$3.g0.mpk.zst,\
	cp $3.g0.mpk.zst $3.vectors; \
	$(foreach k,$(call up_to,$(words $(K_LATER))),$(call \
	hessian_product,$1,$2,$3,$(call before,$k)); )\
	svd-basis -m prefix -r $(KRYLOV_UPDATES) -o $$@ $3.vectors; \
	rm $3.vectors $3.q $3.plus $3.next)
$(call product,$3.random.tsv,$3.basis.mpk.zst,\
	svd-basis -m random -r $(KRYLOV_UPDATES) -s $1$(DIRECTION_DRAWS) \
	-o $3.random $3.basis.mpk.zst; \
	{ $(foreach m,$(call up_to,$(KRYLOV_UPDATES)),drift -r $m \
	$3.basis.mpk.zst $3.random;) } | \
	$(tawk) $(TABLES)/krylov.awk -v seed=$1 -v checkpoint=$2 \
	-v variant=random -v size=NA -v h=NA > $$@; \
	rm $3.random)
$(foreach v,gd constant,$(foreach e,$(KRYLOV_STEPS),\
$(call descent,$1,$2,$3,$e,$3.$v-$e,$v)))
endef
before = $(words $(wordlist 2,$1,$(call up_to,$1)))

# The update -e g(theta + d) at the sum d of the updates before; and, with the
# Hessian held constant, -e (g0 + H d), by the central difference at +-k d, with
# k so that k e is small.  4: e, 5: where things stand
define update_gd
lincomb --sum $5.updates | $(k_grad) -d - | lincomb -w -$4 -o $5.next -
endef
define update_constant
lincomb --sum -w $(call shorten,$4) -o $5.d $5.updates; \
$(k_grad) -d $5.d -o $5.plus; \
lincomb -w -1 $5.d | $(k_grad) -d - | \
lincomb -w -$4$(comma)-$(call over_2k,$4)$(comma)$(call over_2k,$4) \
-o $5.next $3.g0.mpk.zst $5.plus -
endef
shorten = $(shell awk 'BEGIN { printf "%.9g", $(KRYLOV_SHORT) / $1 }')
over_2k = $(shell awk 'BEGIN { printf "%.9g", $1^2 / (2 * $(KRYLOV_SHORT)) }')

# 4: size of the step, 5: where things stand, 6: gd or constant
define descent
$(call product,$5.tsv,$3.g0.mpk.zst $3.basis.mpk.zst,\
	lincomb -w -$4 $3.g0.mpk.zst -o $5.updates; \
	for t in $(K_LATER); do \
	$(call update_$6,$1,$2,$3,$4,$5); \
	cat $5.next >> $5.updates; \
	done; \
	{ perturb -m $S/$2 -n 4 -S $(ROUNDING) -s $1$(PAIR_DRAWS) | \
	$(k_grad) -d - | lincomb -w 1$(comma)-1 - $3.g0.mpk.zst | \
	cosine -r $3.g0.mpk.zst; \
	capture -b $3.basis.mpk.zst \
	-r $(call commas,$(call up_to,$(KRYLOV_UPDATES))) $5.updates; \
	tensor-ls $3.basis.mpk.zst; \
	$(foreach m,$(call up_to,$(KRYLOV_UPDATES)),\
	svd-basis -m prefix -r 0 -n $m -o $5.basis $5.updates; \
	tensor-ls $5.basis; drift -r $m $3.basis.mpk.zst $5.basis;) } | \
	$(tawk) $(TABLES)/krylov.awk -v seed=$1 -v checkpoint=$2 \
	-v variant=$6 -v size=$4 -v h=$(KRYLOV_DIFFERENCE) \
	-v shrink=$(if $(filter constant,$6),$(call shorten,$4)) > $$@; \
	rm $5.updates $5.next $5.basis \
	$(if $(filter constant,$6),$5.d $5.plus))
endef
$(strip $(foreach s,$(SEEDS),$(foreach c,$(KRYLOV_AT),$(call \
    krylov,$s,$c,$(RUNS)/seed-$s/krylov/$c))))

KRYLOVS := $(foreach c,$(KRYLOV_AT),$(foreach f,random \
	$(KRYLOV_STEPS:%=gd-%) $(KRYLOV_STEPS:%=constant-%),\
	$(call all_seeds,krylov/$c.$f.tsv)))
$(call table,$(RESULTS)/krylov.tsv,$(KRYLOVS),\
	awk -f $(TABLES)/join.awk $(KRYLOVS))

# --- the claim and the report
CLAIM_WORDS += m=$(KRYLOV_RANK)
GRAPH_WORDS += krylov:KRYLOV_STEPS
KRYLOV_NAMES := $(KRYLOV_STEPS:%=gd+%) $(KRYLOV_STEPS:%=constant+%) random+NA
$(foreach c,$(KRYLOV_AT),$(foreach y,overlap angle_max,\
    $(call plot,krylov,krylov-$y-$c,krylov.gp $y '$(KRYLOV_STEPS)',krylov,\
	-v where=checkpoint=$c -v by=variant+step_size \
	-v names=$(call list,$(KRYLOV_NAMES)) -v x=m -v y=$y)))
$(call quantities,krylov,$(RESULTS)/krylov.tsv,\
	-v at=$(firstword $(KRYLOV_AT)) -v m=$(KRYLOV_RANK))
$(call part,krylov,$(RESULTS)/krylov.tsv,\
	-v checkpoints=$(call list,$(KRYLOV_AT)) -v a=$(TASK_A) \
	-v steps=$(call list,$(KRYLOV_STEPS)) -v m=$(KRYLOV_RANK) \
	-v examples='$(KRYLOV_BATCHES) x $(KRYLOV_BATCH)' \
	-v h=$(KRYLOV_DIFFERENCE),\
	$(foreach c,$(KRYLOV_AT),$(call all_seeds,krylov/$c.g0.mpk.zst) \
	$(call all_seeds,krylov/$c.basis.mpk.zst)) $(KRYLOVS) \
	$(RESULTS)/krylov.tsv)

products: $(PRODUCTS)
endif
