# steering.mk (claims C11 and C12, in the small): whether a gradient step
# shifts the activations along the vector of a labelled contrast, and whether
# adding either to the activations does the same.
include $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))/train.mk
ifndef steering_mk
steering_mk := 1

# The readings of the contrast: right answer digit minus wrong; right answer
# minus that of another example; the task's token minus another's.
READINGS := answer statement task
contrast_task := task=$(TASK_B)
contrast_of = $(or $(contrast_$1),$1)
STEER_METHODS := mean-difference pca logistic shift
STEER_SITES := $(LAYERS:%=h.%.out)
steer_glob := 'h.*.out'

# 1: seed, 2: checkpoint
steer_gradient = grad-dump -m $S/$2 --length $(LENGTH) --mean \
	-n $(STEER_BATCHES) -b $(STEER_BATCH) -s $1$(STEER_DRAWS)
steer_texts = act-capture -m $S/$2 --length $(LENGTH) -t $(TASK_A) \
	-s $1$(or $3,$(TEXT_DRAWS)) -n $(STEER_TEXTS)
# 3: size, relative to the weights, 4: name
steer_step = lincomb --norm $3 --of $S/$2 -l name=$4
steer_items = evaluate -m $S/$2 --length $(LENGTH) -s $1$(TEST_DRAWS)

# 1: seed, 2: checkpoint, 3: where things stand.  The gradient of task A's
# loss, of its loss on the answers of others, of task B's; the steps against
# them, and random ones; what each does to the activations.
define shifts
$(call product,$3.right.mpk.zst,$S/$2/model.safetensors,\
	$(steer_gradient) -t $(TASK_A) -o $$@)
$(call product,$3.shuffled.mpk.zst,$S/$2/model.safetensors,\
	$(steer_gradient) -t $(TASK_A) --control shuffled-labels -o $$@)
$(call product,$3.other.mpk.zst,$S/$2/model.safetensors,\
	$(steer_gradient) -t $(TASK_B) -o $$@)
$(call table,$3.steps.mpk.zst,$3.right.mpk.zst $3.shuffled.mpk.zst \
	$3.other.mpk.zst,\
	{ $(foreach z,$(STEER_STEPS),$(call steer_step,$1,$2,$z,gradient-$z) \
	-w -1 $3.right.mpk.zst; )\
	$(call steer_step,$1,$2,$(STEER_STEP),one-sided) \
	-w -1$(comma)1 $3.right.mpk.zst $3.shuffled.mpk.zst; \
	$(call steer_step,$1,$2,$(STEER_STEP),shuffled-labels) \
	-w -1 $3.shuffled.mpk.zst; \
	$(call steer_step,$1,$2,$(STEER_STEP),other-task) \
	-w -1 $3.other.mpk.zst; \
	perturb -m $S/$2 -n $(STEER_RANDOM) -s $1$(STEER_RANDOM_DRAWS) | \
	$(call steer_step,$1,$2,$(STEER_STEP),random); })
$(foreach r,$(READINGS),$(call shift,$1,$2,$3,$r,$3.$r))
endef

# The steps in the order of their deltas, as sizes and names.
steer_names := $(STEER_STEPS:%=gradient-%) one-sided shuffled-labels \
	other-task random

# 4: reading, 5: where things stand.  The shift is that over the contrast's
# right side, which are texts of task A; then the class-conditional difference
# of shifts, which is the contrast vector's own shift; then the shifts against
# that of the smallest step, and the contrast vector of other texts.
define shift
$(call product,$5.means.mpk.zst,$3.steps.mpk.zst,\
	$(call steer_texts,$1,$2) -c $(call contrast_of,$4) --mean \
	-d $3.steps.mpk.zst --base -o $$@)
$(call table,$5.shift.tsv,$5.means.mpk.zst,\
	{ tensor-select -w delta=NA $5.means.mpk.zst | \
	steer-vec -o $5.contrast; \
	tensor-select -w side=positive $5.means.mpk.zst | \
	steer-vec -m shift -o $5.shift; \
	tensor-select -w delta=0 -o $5.smallest $5.shift; \
	{ cosine --match -r $5.contrast $5.shift; \
	steer-vec $5.means.mpk.zst | steer-vec -m shift | \
	cosine --match -r $5.contrast; \
	cosine --match -r $5.smallest $5.shift; \
	$(call steer_texts,$1,$2,$(STEER_DRAWS)) -c $(call contrast_of,$4) \
	--mean | \
	steer-vec | cosine --match -r $5.contrast; } | \
	$(tawk) $(TABLES)/shift.awk -v seed=$1 -v checkpoint=$2 -v reading=$4 \
	-v size=$(STEER_STEP); \
	rm $5.contrast $5.shift $5.smallest; })
endef
$(strip $(foreach s,$(SEEDS),$(foreach c,$(STEER_AT),\
    $(call shifts,$s,$c,$(RUNS)/seed-$s/steering/$c))))

STEER_SHIFTS := $(foreach c,$(STEER_AT),$(foreach r,$(READINGS),\
	$(call all_seeds,steering/$c.$r.shift.tsv)))
$(call table,$(RESULTS)/shift.tsv,$(STEER_SHIFTS),\
	awk -f $(TABLES)/join.awk $(STEER_SHIFTS))

# --- adding, taking away and keeping only directions
# 1: seed, 2: checkpoint, 3: where things stand, 4: reading, 5: the same with
# it.  Vectors of each method at the output of each block.
define vectors
$(call table,$5.vectors.mpk.zst,$5.means.mpk.zst,\
	{ $(call steer_texts,$1,$2) -c $(call contrast_of,$4) \
	-S $(steer_glob) -o $5.acts; \
	$(foreach m,$(filter-out shift,$(STEER_METHODS)),steer-vec -m $m \
	$5.acts; )\
	{ tensor-select -w delta=NA $5.means.mpk.zst; \
	tensor-select -w name=gradient-$(STEER_STEP) $5.means.mpk.zst; } | \
	tensor-select -w side=positive | steer-vec -m shift -S $(steer_glob); \
	rm $5.acts; })
endef

# All at one site, as long as its activations are on average, and random
# directions.  4: site
define at_site
$(call steer_texts,$1,$2) -a marker:= -S $4 -o $3.scale; \
$(foreach r,$(READINGS),$(foreach m,$(STEER_METHODS),tensor-select \
-w site=$4 -w method=$m $3.$r.vectors.mpk.zst | $(call \
as_long,$1,$2,$3,$r:$m); ))\
tensor-select -w site=$4 -w method=shift -o $3.one \
$3.$(firstword $(READINGS)).vectors.mpk.zst; \
$(foreach d,$(STEER_DIRECTIONS),perturb -l $3.one --first $d \
-s $1$(STEER_RANDOM_DRAWS) | $(call as_long,$1,$2,$3,random:$d) -l site=$4 \
-l method=random -w 0$(comma)1 $3.one -; )\
rm $3.scale $3.one;
endef
as_long = lincomb --norm 1 --of $3.scale -l name=$4

# 1: seed, 2: checkpoint, 3: where things stand.  The site and the strength of
# each vector are picked on one split, its effect is measured on another.
define effect
$(foreach r,$(READINGS),$(call vectors,$1,$2,$3,$r,$3.$r))
$(call table,$3.vectors.mpk.zst,$(READINGS:%=$3.%.vectors.mpk.zst),\
	{ $(foreach l,$(STEER_SITES),$(call at_site,$1,$2,$3,$l)) })
$(call table,$3.sweep.tsv,$3.vectors.mpk.zst,\
	$(steer_items) -t $(TASK_A) -n $(STEER_ITEMS) --split validation \
	--steer $3.vectors.mpk.zst --steer-at answer \
	--strength $(call commas,$(STEER_STRENGTHS)) | \
	$(tawk) $(TABLES)/steer-sweep.awk -v seed=$1 -v checkpoint=$2)
$(call table,$3.picks.tsv,$3.sweep.tsv,\
	$(tawk) $(TABLES)/steer-pick.awk $3.sweep.tsv)
$(call table,$3.effect.tsv,$3.picks.tsv $3.vectors.mpk.zst,\
	{ while read -r name site strength; do \
	tensor-select -w name=$$$$name -w site=$$$$site $3.vectors.mpk.zst | \
	lincomb -w $$$$strength; \
	done < $3.picks.tsv > $3.picked; \
	{ $(foreach h,add ablate project,$(steer_items) \
	-t $(call commas,$(TASKS)) -n $(STEER_TEST_ITEMS) --steer $3.picked \
	--steer-at answer --steer-how $h; )} | \
	$(tawk) $(TABLES)/steer-effect.awk -v seed=$1 -v checkpoint=$2 \
	-v task=$(TASK_A) $3.picks.tsv -; \
	rm $3.picked; })
endef
$(strip $(foreach s,$(SEEDS),$(foreach c,$(STEER_EFFECT_AT),\
    $(call effect,$s,$c,$(RUNS)/seed-$s/steering/$c))))

STEER_SWEEPS := $(foreach c,$(STEER_EFFECT_AT),\
	$(call all_seeds,steering/$c.sweep.tsv))
STEER_PICKS := $(foreach c,$(STEER_EFFECT_AT),\
	$(call all_seeds,steering/$c.picks.tsv))
STEER_EFFECTS := $(foreach c,$(STEER_EFFECT_AT),\
	$(call all_seeds,steering/$c.effect.tsv))
$(call table,$(RESULTS)/steer-sweep.tsv,$(STEER_SWEEPS),\
	awk -f $(TABLES)/join.awk $(STEER_SWEEPS))
$(call table,$(RESULTS)/steering.tsv,$(STEER_EFFECTS),\
	awk -f $(TABLES)/join.awk $(STEER_EFFECTS))

# --- the claims and the report
GRAPH_WORDS += steering:STEER_AT steering:READINGS
steer_first := $(firstword $(STEER_AT))
STEER_CONTROLS := random shuffled-labels other-task
$(call quantities,steering,$(RESULTS)/shift.tsv $(RESULTS)/steer-sweep.tsv \
	$(RESULTS)/steering.tsv,\
	-v at=$(steer_first) -v second=$(word 2,$(STEER_AT)) \
	-v size=$(STEER_STEP) -v readings=$(call commas,$(READINGS)))
STEER_LINES := gradient one-sided $(STEER_CONTROLS)
$(foreach r,$(READINGS),\
    $(call plot,steering,shift-$r,steering.gp cosine block \
	$(call list,$(STEER_LINES)) '',shift,\
	-v where='checkpoint=$(steer_first);reading=$r;texts=own$(\
	);place=out;size=$(STEER_STEP)' -v by=step \
	-v names=$(call list,$(STEER_LINES)) -v x=block -v y=cosine))
STEER_VECTORS := shift mean-difference pca logistic
$(foreach r,$(READINGS),\
    $(call plot,steering,gain-$r,steering.gp 'change of exact match (points)' \
	'strength' $(call list,$(STEER_VECTORS) random) log,steer-sweep,\
	-v where='checkpoint=$(steer_first);sign=+' -v by=vector+method \
	-v names=$(call list,$(STEER_VECTORS:%=$r+%) random+random) \
	-v x=strength -v y=gain))
$(call part,steering,$(RESULTS)/shift.tsv $(RESULTS)/steer-sweep.tsv \
	$(RESULTS)/steering.tsv,\
	-v a=$(TASK_A) -v b=$(TASK_B) -v size=$(STEER_STEP) \
	-v checkpoints=$(call list,$(STEER_AT)) \
	-v readings=$(call list,$(READINGS)) \
	-v steps=$(call list,$(STEER_LINES)) -v texts=$(STEER_TEXTS) \
	-v picked=$(STEER_ITEMS) -v tested=$(STEER_TEST_ITEMS),\
	$(foreach c,$(STEER_AT),$(foreach f,right shuffled other steps,\
	$(call all_seeds,steering/$c.$f.mpk.zst)) \
	$(foreach r,$(READINGS),$(call all_seeds,steering/$c.$r.means.mpk.zst) \
	$(call all_seeds,steering/$c.$r.shift.tsv))) $(RESULTS)/shift.tsv \
	$(foreach c,$(STEER_EFFECT_AT),$(foreach r,$(READINGS),$(call \
	all_seeds,steering/$c.$r.vectors.mpk.zst)) $(call \
	all_seeds,steering/$c.vectors.mpk.zst)) $(STEER_SWEEPS) \
	$(STEER_PICKS) $(STEER_EFFECTS) $(RESULTS)/steer-sweep.tsv \
	$(RESULTS)/steering.tsv)

products: $(PRODUCTS)
endif
