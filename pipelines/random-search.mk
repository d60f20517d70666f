# random-search.mk (claims C5 and C6): the gains of random perturbations of a
# model that has lost a task, against the theorem; which subspace is worth
# searching; models of several sizes; and a vote of the best draws.
#
# A gain is the fall of the mean loss on a fixed batch of task A.  Draws are
# chosen by a batch of the split train and reported on one of the split test.
include $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))/recovery.mk
ifndef random_search_mk
random_search_mk := 1

# The subspaces: NAME=GLOB of tensors, and bases.
SEARCH_GROUPS := full=* embedding=w[tp]e.weight \
	$(foreach l,$(LAYERS),block-$l=h.$l.*) final-norm=ln_f.* \
	attention-in=*.attn.c_attn.* attention-out=*.attn.c_proj.* \
	mlp-in=*.mlp.c_fc.* mlp-out=*.mlp.c_proj.* norms=*ln_*
SEARCH_BASES := static local prefix random
name_of = $(firstword $(subst =, ,$1))
glob_of = $(call quote,$(lastword $(subst =, ,$1)))

# 1: seed, 2: basis
search_basis = $S/search/$2.mpk.zst
search_bases = $(foreach b,$(SEARCH_BASES),$(call search_basis,$1,$b))
basis_source_static = $(basis_file_static)
basis_source_local = $(basis_file_local)
basis_source_prefix = $S/$(firstword $(OPTIMIZERS)).updates.mpk.zst
basis_source_random = $(basis_file_local)
basis_method_static = --method prefix --first $(RANK)
basis_method_local = --method prefix --first $(RANK)
basis_method_prefix = --method prefix --first $(RANK)
basis_method_random = --method random -s $1$(SEARCH_BASIS_DRAWS)

# 1: seed, 2: model, 3: items, 4: split
batch_of = --length $(LENGTH) -t $(TASK_A) -s $1$(SEARCH_DRAWS)
signal_of = grad-dump -m $2 $(batch_of) -n 1 -b $3 --split $4 --mean
gains_of = evaluate -m $2 $(batch_of) -n $3 --split $4 --base -o $$@ -d
# 1: seed, 2: model, 3: more options
draws_of = perturb -m $2 -s $1$(PERTURB_DRAWS) $3
labelled = lincomb --label name=$1 -

# The signal in every subspace: how long it is there, and of how many
# dimensions.
W = $S/$(SEARCH_AT)
signal = $S/search/signal.mpk.zst
within = $(foreach g,$(SEARCH_GROUPS),tensor-select -t $(call glob_of,$g) \
	$(signal) | $(call labelled,$(call name_of,$g)) | $2;) \
	$(foreach b,$(SEARCH_BASES),project --name $b \
	-b $(call search_basis,$1,$b) $(signal) | $2;) \
	project -m residual --name complement \
	-b $(call search_basis,$1,local) $(signal) | $2;

# The draws in every subspace.  1: seed, 2: options of the scale
searched = $(foreach g,$(SEARCH_GROUPS),$(call draws_of,$1,$W,\
	-n $(SEARCH_COUNT) $2 -t $(call glob_of,$g)) | \
	$(call labelled,$(call name_of,$g));) \
	$(foreach b,$(SEARCH_BASES),$(call draws_of,$1,$W,-n $(SEARCH_COUNT) \
	$2 -b $(call search_basis,$1,$b)) | $(call labelled,$b);) \
	$(call draws_of,$1,$W,-n $(SEARCH_COUNT) $2) | \
	project -m residual --name complement -b $(call search_basis,$1,local);

# 1: seed, 2: basis
define search_basis_rule
$(call product,$(search_basis),$(basis_source_$2),\
	svd-basis -r $(RANK) $(basis_method_$2) -o $$@ $(basis_source_$2))
endef

grid = -n $(SEARCH_COUNT) --sigma $(SEARCH_GRID)

# 1: seed
define search
$(foreach b,$(SEARCH_BASES),$(call search_basis_rule,$1,$b))
$(call table,$(signal),$W/model.safetensors,\
	{ $(call signal_of,$1,$W,$(SEARCH_ITEMS),train); \
	$(call signal_of,$1,$W,$(SEARCH_ITEMS),test); })
$(call table,$S/search/parts.tsv,$(signal) $(search_bases),\
	{ $(call within,$1,tensor-ls) $(call within,$1,cosine) } | \
	$(tawk) $(TABLES)/parts.awk)
$(call table,$S/search/grid.mpk.zst,$W/model.safetensors,\
	{ $(call draws_of,$1,$W,$(grid)) | $(call labelled,full); \
	$(call draws_of,$1,$W,$(grid) --relative) | $(call labelled,full); })
$(call table,$S/search/many.mpk.zst,$W/model.safetensors,\
	$(call draws_of,$1,$W,-n $(SEARCH_MANY) --sigma $(SEARCH_SIGMAS)) | \
	$(call labelled,full))
$(foreach k,grid many,\
$(call table,$S/search/$k.linear.tsv,$(signal) $S/search/$k.mpk.zst,\
	cosine -r $(signal) $S/search/$k.mpk.zst))
$(foreach k,grid.train many.train many.test,\
$(call product,$S/search/$k.tsv,$S/search/$(basename $k).mpk.zst,\
	$(call gains_of,$1,$W,$(SEARCH_ITEMS),$(subst .,,$(suffix $k))) \
	$S/search/$(basename $k).mpk.zst))
$(foreach p,train test,\
$(call product,$S/search/subspaces.$p.tsv,$W/model.safetensors \
	$(search_bases),\
	{ $(call searched,$1,--sigma $(SEARCH_SIGMA)) \
	$(call searched,$1,--norm $(SEARCH_NORM)) } | \
	$(call gains_of,$1,$W,$(SEARCH_ITEMS),$p) -))
$(call gains,$S/search/grid,$1,grid,linear train,$S/search/parts.tsv)
$(call gains,$S/search/many,$1,many,linear train test,$S/search/parts.tsv)
$(call gains,$S/search/subspaces,$1,subspaces,train test,$S/search/parts.tsv)
$(call product,$S/search/top.mpk.zst,$S/search/many.gains.tsv \
	$S/search/many.mpk.zst,\
	$(tawk) $(TABLES)/top.awk -v k=$(call largest,$(VOTERS)) \
	$S/search/many.gains.tsv | xargs -I LIST \
	tensor-select -r LIST -o $$@ $S/search/many.mpk.zst)
$(call table,$S/search/vote.tsv,$S/search/top.mpk.zst \
	$S/search/many.gains.tsv,\
	evaluate -m $W $(batch_of) -n $(ITEMS) --split test --per-item \
	--base -d $S/search/top.mpk.zst | \
	$(tawk) $(TABLES)/vote.awk -v seed=$1 -v set=many \
	-v voters=$(call commas,$(VOTERS)) $S/search/many.gains.tsv -)
endef
# 1: prefix of the files, 2: seed, 3: what the set is called, 4: tables,
# 5: the signal's
define gains
$(call table,$1.gains.tsv,$5 $(4:%=$1.%.tsv),\
	$(tawk) $(TABLES)/gains.awk -v seed=$2 -v set=$3 $5 $(4:%=$1.%.tsv))
endef

# Models of several sizes, briefly trained.  1: seed, 2: width
size = $S/sizes/$2
define sized
$(call model,$(size),$(RUNS)/width-$2.json,\
	train -c $(RUNS)/width-$2.json --length $(LENGTH) -t $(TASK_A) \
	-n $(SIZE_STEPS) -b $(SIZE_BATCH) $(SIZE_OPTIONS) --check-every 0 \
	--checkpoint-every 0 -s $1 -O $(size))
$(call product,$(size).signal.mpk.zst,$(size)/model.safetensors,\
	$(call signal_of,$1,$(size),$(SIZE_ITEMS),train) -o $$@)
$(call table,$(size).parts.tsv,$(size).signal.mpk.zst,\
	{ $(foreach t,tensor-ls cosine,lincomb --label name=full \
	$(size).signal.mpk.zst | $t;) } | $(tawk) $(TABLES)/parts.awk)
$(call table,$(size).draws.mpk.zst,$(size)/model.safetensors,\
	$(call draws_of,$1,$(size),-n $(SIZE_COUNT) --sigma $(SIZE_SIGMAS)) | \
	$(call labelled,full))
$(call table,$(size).linear.tsv,$(size).signal.mpk.zst \
	$(size).draws.mpk.zst,\
	cosine -r $(size).signal.mpk.zst $(size).draws.mpk.zst)
$(call product,$(size).train.tsv,$(size).draws.mpk.zst,\
	$(call gains_of,$1,$(size),$(SIZE_ITEMS),train) \
	$(size).draws.mpk.zst)
$(call gains,$(size),$1,$2,linear train,$(size).parts.tsv)
endef
$(strip $(foreach w,$(SIZES),\
    $(call table,$(RUNS)/width-$w.json,$(CONFIG),\
	sed 's/\("n_embd": *\)[0-9]*/\1$w/' $(CONFIG))))
$(strip $(foreach s,$(SEEDS),$(call search,$s)\
    $(foreach w,$(SIZES),$(call sized,$s,$w))))

# --- over the seeds
GAINS_search := $(foreach k,grid many,$(call all_seeds,search/$k.gains.tsv))
GAINS_subspaces := $(call all_seeds,search/subspaces.gains.tsv)
GAINS_sizes := $(foreach w,$(SIZES),$(call all_seeds,sizes/$w.gains.tsv))
$(strip $(foreach k,search subspaces sizes,\
    $(call table,$(RESULTS)/$k.gains.tsv,$(GAINS_$k),\
	awk -f $(TABLES)/join.awk $(GAINS_$k))\
    $(call table,$(RESULTS)/$k.fit.tsv,$(RESULTS)/$k.gains.tsv,\
	best-of --fit -b seed -b set -b subspace -b mode -b sigma -C scale \
	$(RESULTS)/$k.gains.tsv)))
$(strip $(foreach k,search sizes,\
    $(call table,$(RESULTS)/$k.tsv,$(RESULTS)/$k.fit.tsv \
	$(RESULTS)/$k.gains.tsv,\
	$(tawk) $(TABLES)/search.awk -v inside=$(SEARCH_INSIDE) \
	$(RESULTS)/$k.fit.tsv $(RESULTS)/$k.gains.tsv)))

# The best of n: as chosen, and as reported.
curve = best-of -b seed -b set -b subspace -b mode -b sigma -R dimension $1
curve_train = -g gain -C scale
curve_test = -g gain_report -s gain -C scale_report
SEARCH_OF := $(shell expr $(SEARCH_MANY) / 10)
curve_sizes := 1 2 5 10 20 50 100 200 500 1000
curve_search := -n $(call commas,$(shell printf '%s\n' $(curve_sizes) \
	$(SEARCH_OF) | sort -nu)) -B 200
curve_subspaces = -n $(SEARCH_BEST)
$(strip $(foreach k,search subspaces,$(foreach p,train test,\
    $(call table,$(RESULTS)/$k.best.$p.tsv,$(RESULTS)/$k.gains.tsv,\
	$(call curve,$(curve_$p) $(curve_$k)) $(RESULTS)/$k.gains.tsv))))

$(call table,$(RESULTS)/search.curve.tsv,$(RESULTS)/search.tsv \
	$(RESULTS)/search.best.train.tsv $(RESULTS)/search.best.test.tsv,\
	$(tawk) $(TABLES)/search-curve.awk -v wanted=many \
	$(RESULTS)/search.tsv \
	$(RESULTS)/search.best.train.tsv $(RESULTS)/search.best.test.tsv)
of_subspaces := $(patsubst %,$(RESULTS)/subspaces.%.tsv,gains fit best.train \
	best.test)
$(call table,$(RESULTS)/subspaces.tsv,$(of_subspaces),\
	$(tawk) $(TABLES)/subspaces.awk $(of_subspaces))
$(call table,$(RESULTS)/rankings.tsv,$(RESULTS)/subspaces.gains.tsv,\
	$(tawk) $(TABLES)/rankings.awk -v n=$(SEARCH_BEST) -v resamples=200 \
	$(RESULTS)/subspaces.gains.tsv)
VOTES := $(call all_seeds,search/vote.tsv)
$(call table,$(RESULTS)/vote.tsv,$(VOTES),\
	awk -f $(TABLES)/join.awk $(VOTES))

# --- the claims and the report
SEARCH_TABLES := $(patsubst %,$(RESULTS)/%.tsv,search search.curve sizes \
	subspaces rankings vote)
# How many deviations lo:hi:n are, and which.
how_many = $(or $(word 3,$(subst :, ,$1)),1)
deviations = $(shell echo $(subst :, ,$1) | awk '{ print $$1; \
	for (i = 1; i < $$3; i++) \
	printf "%g\n", $$1 * ($$2 / $$1) ^ (i / ($$3 - 1)) }')
$(call quantities,random-search,$(SEARCH_TABLES),-v of=$(SEARCH_OF) \
	-v levels=$(call how_many,$(SIZE_SIGMAS)))
GRAPH_WORDS += random-search:SEARCH_BASES random-search:SIZES
$(call plot,random-search,search-spread,spread.gp,search,\
	-v where=set=grid -v by=mode -v names='sigma relative' -v x=sigma \
	-v y='ratio residual')
$(call plot,random-search,search-best,best.gp,search.curve,\
	-v by=scale+split -v names='smaller+chosen smaller+reported \
	larger+chosen larger+reported' -v x=n -v y='expected theorem')
$(call plot,random-search,search-sizes,sizes.gp \
	$(call list,$(call deviations,$(SIZE_SIGMAS))),sizes,\
	-v by=level -v names='$(shell seq $(call how_many,$(SIZE_SIGMAS)))' \
	-v x=parameters -v y=ratio)
$(foreach m,norm sigma,$(foreach x,density mass,\
    $(call plot,random-search,search-$m-$x,subspaces.gp $x,subspaces,\
	-v where=mode=$m -v by=mode -v names=$m -v x=$x \
	-v y='report report_theorem')))
$(call part,random-search,$(SEARCH_TABLES),\
	-v at=$(SEARCH_AT) -v a=$(TASK_A) -v items=$(SEARCH_ITEMS) \
	-v rank=$(RANK) -v sigma=$(SEARCH_SIGMA) \
	-v norm=$(SEARCH_NORM) -v inside=$(SEARCH_INSIDE) -v of=$(SEARCH_OF) \
	-v trained=$(SIZE_STEPS),\
	$(foreach f,signal.mpk.zst parts.tsv grid.mpk.zst many.mpk.zst \
	grid.linear.tsv many.linear.tsv grid.train.tsv many.train.tsv \
	many.test.tsv subspaces.train.tsv subspaces.test.tsv top.mpk.zst \
	vote.tsv,$(call all_seeds,search/$f)) \
	$(SIZES:%=$(RUNS)/width-%.json) \
	$(foreach w,$(SIZES),$(foreach f,.signal.mpk.zst .draws.mpk.zst \
	.train.tsv,$(call all_seeds,sizes/$w) \
	$(call all_seeds,sizes/$w$f))) \
	$(foreach k,search subspaces,$(foreach f,fit best.train best.test,\
	$(RESULTS)/$k.$f.tsv)) $(SEARCH_TABLES))

products: $(PRODUCTS)
endif
