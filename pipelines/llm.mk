# llm.mk (claims C10, C11, C12 and C5, on language models): of each subject of
# subjects.mk, whether the gradients of a text task have a low rank above
# noise; whether a gradient step shifts activations along the vector of a
# labelled contrast, and steers as it does; and random search around the
# weights.
include $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))/subjects.mk
ifndef llm_mk
llm_mk := 1

# --- what a subject is asked
# The task that is steered, and the others; entries for -t, by their names.
LLM_BOOLQ ?= $(firstword $(wildcard $(PLUMBLINE_DATA)/boolq/val.jsonl \
	$(DATA)/models/boolq/train.jsonl))
LLM_PAIRS ?= $(firstword $(wildcard $(PLUMBLINE_DATA)/contrast-pairs/*.jsonl))
llm_task = $(or $(LLM_TASK_$1),$(if \
	$(filter stand-in,$1),truth,$(if $(LLM_BOOLQ),boolq,truth)))
llm_others = $(filter-out $(call llm_task,$1),$(LLM_OTHERS) \
	$(if $(filter stand-in,$1),,$(if $(LLM_PAIRS),caa)))
llm_other = $(firstword $(call llm_others,$1))
LLM_ENTRY_boolq := boolq=boolq:$(LLM_BOOLQ)
LLM_ENTRY_caa := caa=caa:$(LLM_PAIRS)
LLM_FILES_boolq := $(LLM_BOOLQ)
LLM_FILES_caa := $(LLM_PAIRS)
llm_files = $(or $(LLM_FILES_$1),$(WORLD)/$1.json $(WORLD)/$1.jsonl)
llm_entry = $(or $(LLM_ENTRY_$1),$(call world_task,$1))
# A contrast of answers has as many rows whose right answer is the first as
# others: else what tells the two answers apart would not cancel.
LLM_IS_FIRST ?= "(label|answer)": *"?true
llm_form = $(if $(filter boolq,$1),boolq,$(call world_task,$1))
llm_half = $(RUNS)/llm/$1.$2.jsonl
llm_halves = $(foreach h,first second,$(call llm_half,$1,$h))
llm_entries = $(call commas,$(foreach h,first second,$h=$(call \
	llm_form,$1):$(call llm_half,$1,$h)))
define llm_divide
$(call table,$(call llm_half,$1,first),$(call llm_files,$1),\
	grep -E $(call quote,$(LLM_IS_FIRST)) $(lastword $(call llm_files,$1)))
$(call table,$(call llm_half,$1,second),$(call llm_files,$1),\
	grep -Ev $(call quote,$(LLM_IS_FIRST)) $(lastword $(call llm_files,$1)))
endef
$(strip $(foreach t,$(sort $(foreach m,$(SUBJECTS),$(call llm_task,$m))),\
    $(call llm_divide,$t)))

# 1: seed, 2: subject, 3: task
L = $S/llm/$2
llm_model = $(strip $(call subject_dir,$2))
llm_needs = $(call subject_file,$2) $(call llm_files,$(call llm_task,$2))
llm_asked = -m $(llm_model) -t $(call llm_entry,$3) \
	--max-tokens $(LLM_MAX_TOKENS)
llm_asks = $(call llm_asked,$1,$2,$(call llm_task,$2))
# Of models with large gradients only projections are compared.
llm_bytes = $(shell find -L $(llm_model) -name '*.safetensors' -printf \
	'%s\n' 2> /dev/null | awk '{ n += $$1 } END { print n + 0 }')
llm_large = $(filter 1,$(shell expr $(llm_bytes) \> $(LLM_LARGE)))
llm_some = $(if $(LLM_GROUP),--group $(call quote,$(LLM_GROUP)))
llm_layers = $(shell awk 'match($$0, /"(n_layer|num_hidden_layers)": *[0-9]+/) \
	{ n = substr($$0, RSTART, RLENGTH); sub(/.*:/, "", n); \
	for (i = 0; i < n + 0; i++) print i; exit }' $(call subject_config,$1))
$(foreach m,$(SUBJECTS),$(eval LLM_LAYERS_$m := $(call llm_layers,$m))\
    $(eval LLM_LARGE_$m := $(call llm_large,-,$m)))

# --- the rank of the gradients, above the noise
# sketch: projections of the gradients, beside the gradients themselves.
LLM_ROWS := $(CONTROLS) sketch
llm_rows = $(if $(LLM_LARGE_$1),$(CONTROLS),$(LLM_ROWS))
# 1: seed, 2: subject, 3: control or sketch
llm_gradients = grad-dump $(llm_asks) -n $(LLM_GRADS) -b $(LLM_GRAD_BATCH) \
	-s $1$(GRAD_DRAWS) $(llm_some) $(if $(filter \
	sketch,$3)$(LLM_LARGE_$2),--sketch $(LLM_SKETCH)) \
	$(if $(filter-out sketch,$3),--control $3)
define llm_spectrum
$(call product,$L/$3.spectrum.tsv $L/$3.halves.tsv,$(llm_needs),\
	$(llm_gradients) -o $L/$3.rows; \
	{ svd-basis -r 0 $L/$3.rows | tensor-ls; \
	svd-basis -r 0 --centre $L/$3.rows | tensor-ls; } | \
	$(tawk) $(TABLES)/spectrum.awk -v seed=$1 -v checkpoint=$2 \
	-v called=$3 > $$@; \
	svd-basis -r $(LLM_RANK) --split-half -o $L/$3.two $L/$3.rows; \
	{ tensor-ls $L/$3.two; drift $L/$3.two $L/$3.two; } | \
	$(tawk) $(TABLES)/halves.awk -v seed=$1 -v checkpoint=$2 \
	-v called=$3 > $L/$3.halves.tsv; \
	rm $L/$3.rows $L/$3.two)
endef

# --- a gradient step against a contrast of activations
# The readings of the contrast: the prompt and the right answer, minus the
# same and a wrong one; prompts whose answer is the first, minus those whose
# answer is the second.  The step whose shift is steered with.
LLM_READINGS := answer label
llm_step_answer := gradient
llm_step_label := one-sided
LLM_GRADIENTS := right wrong first second shuffled other
llm_with_wrong := --answer wrong
llm_with_first := --answer 0
llm_with_second := --answer 1
llm_with_shuffled := --control shuffled-labels
# 1: seed, 2: subject, 3: which
define llm_gradient
$(call product,$L/$3.mpk.zst,$(llm_needs) $(if $(filter other,$3),$(call \
	llm_files,$(call llm_other,$2))),\
	grad-dump $(if $(filter other,$3),$(call llm_asked,$1,$2,$(call \
	llm_other,$2)),$(llm_asks)) $(llm_with_$3) --mean \
	$(llm_some) -n $(LLM_BATCHES) -b $(LLM_BATCH) -s $1$(STEER_DRAWS) \
	-o $$@)
endef
LLM_GRADIENT_FILES = $(LLM_GRADIENTS:%=$L/%.mpk.zst)

# Steps of sizes $4, relative to the weights; a step's name ends with its
# size.  3: which
llm_sized = lincomb --norm $4 --of $(llm_model) -l name=$3-$4
llm_of_gradient = -w -1 $L/right.mpk.zst
llm_of_right-wrong = -w -1$(comma)1 $L/right.mpk.zst $L/wrong.mpk.zst
llm_of_one-sided = -w -1$(comma)1 $L/first.mpk.zst $L/second.mpk.zst
llm_of_shuffled-labels = -w -1 $L/shuffled.mpk.zst
llm_of_other-task = -w -1 $L/other.mpk.zst
llm_step = $(if $(filter random,$3),perturb -m $(llm_model) -n $(LLM_RANDOM) \
	-s $1$(STEER_RANDOM_DRAWS) $(if $(LLM_GROUP),-t $(call \
	quote,$(LLM_GROUP))) | $(llm_sized),$(llm_sized) $(call \
	llm_of_$3,$1,$2));
LLM_CONTROL_STEPS := shuffled-labels other-task random
LLM_STEP_KINDS := gradient right-wrong one-sided $(LLM_CONTROL_STEPS)
llm_all_steps = $(foreach z,$(LLM_STEPS),$(foreach k,$(LLM_STEP_KINDS),$(call \
	llm_step,$1,$2,$k,$z)))

# 3: reading, 4: split
llm_texts = act-capture -m $(llm_model) $(llm_of_$3) -c $3 \
	--max-tokens $(LLM_MAX_TOKENS) -s $1$(TEXT_DRAWS) --split $4 -S 'h.*.out'
llm_of_answer = -t $(call llm_entries,$(call llm_task,$2)) -n $(LLM_TEXTS)
llm_of_label = -t $(call llm_entry,$(call llm_task,$2)) -n $(LLM_BOTH)
LLM_BOTH := $(shell expr 2 \* $(LLM_TEXTS))
llm_vec = steer-vec --pool
# 3: reading, 4: split, 5: steps
define llm_means
$(call product,$L/$3.$4.means.mpk.zst,$(llm_needs) $(call llm_halves,$(call \
	llm_task,$2)) $(LLM_GRADIENT_FILES),\
	{ $5 } | $(call llm_texts,$1,$2,$3,$4) --mean -d - --base -o $$@)
endef
# The shift is that over the contrast's positive side; then the difference of
# the two sides' shifts; then the shifts against that of the smallest step,
# and the contrast vector of the texts of the split train.  3: reading, 4: split
define llm_shift
$(call llm_means,$1,$2,$3,$4,$(llm_all_steps))
$(call table,$L/$3.$4.shift.tsv,$L/$3.$4.means.mpk.zst \
	$L/$3.train.means.mpk.zst,\
	{ tensor-select -w delta=NA $L/$3.$4.means.mpk.zst | \
	$(llm_vec) -o $L/$3.$4.contrast; \
	tensor-select -w side=positive $L/$3.$4.means.mpk.zst | \
	$(llm_vec) -m shift -o $L/$3.$4.shift; \
	tensor-select -w delta=0 -o $L/$3.$4.smallest $L/$3.$4.shift; \
	{ cosine --match -r $L/$3.$4.contrast $L/$3.$4.shift; \
	$(llm_vec) $L/$3.$4.means.mpk.zst | steer-vec -m shift | \
	cosine --match -r $L/$3.$4.contrast; \
	cosine --match -r $L/$3.$4.smallest $L/$3.$4.shift; \
	tensor-select -w delta=NA $L/$3.train.means.mpk.zst | $(llm_vec) | \
	cosine --match -r $L/$3.$4.contrast; } | \
	$(tawk) $(TABLES)/shift.awk -v seed=$1 -v checkpoint=$2 -v reading=$3 \
	-v size=$(LLM_STEP); \
	rm $L/$3.$4.contrast $L/$3.$4.shift $L/$3.$4.smallest; })
endef
# Block and size are picked on one split and reported on another.
define llm_reading
$(call llm_means,$1,$2,$3,train,$(call \
	llm_step,$1,$2,$(llm_step_$3),$(LLM_STEP)))
$(foreach p,validation test,$(call llm_shift,$1,$2,$3,$p))
$(call table,$L/$3.picks.tsv,$L/$3.validation.shift.tsv \
	$L/$3.test.shift.tsv,\
	$(tawk) $(TABLES)/shift-pick.awk \
	-v controls=$(call list,$(LLM_CONTROL_STEPS)) \
	$L/$3.validation.shift.tsv $L/$3.test.shift.tsv)
$(call table,$L/$3.vectors.mpk.zst,$L/$3.train.means.mpk.zst,\
	{ $(call llm_texts,$1,$2,$3,train) -o $L/$3.acts; \
	$(foreach m,$(filter-out shift,$(llm_methods_$3)),$(llm_vec) -m $m \
	$L/$3.acts; )\
	tensor-select -w side=positive $L/$3.train.means.mpk.zst | \
	$(llm_vec) -m shift; \
	rm $L/$3.acts; })
endef

# --- steering
# The prompts of one answer and of the other are no pairs.
llm_methods_answer := shift mean-difference pca logistic
llm_methods_label := shift mean-difference logistic
# All at one site, as long as its activations are on average, and random
# directions.  3: site
define llm_at_site
tensor-select -w site=$3 -o $L/scale $L/acts; \
$(foreach r,$(LLM_READINGS),$(foreach m,$(llm_methods_$r),tensor-select \
-w site=$3 -w method=$m $L/$r.vectors.mpk.zst | $(call \
llm_as_long,$1,$2,$r:$m); ))\
tensor-select -w site=$3 -w method=shift -o $L/one \
$L/$(firstword $(LLM_READINGS)).vectors.mpk.zst; \
$(foreach d,$(LLM_DIRECTIONS),perturb -l $L/one --first $d \
-s $1$(STEER_RANDOM_DRAWS) | $(call llm_as_long,$1,$2,random:$d) -l site=$3 \
-l method=random -w 0$(comma)1 $L/one -; )\
rm $L/scale $L/one;
endef
llm_as_long = lincomb --norm 1 --of $L/scale -l name=$3

# 3: task, 4: items, 5: more options
llm_items = evaluate $(call llm_asked,$1,$2,$3) -n $4 -s $1$(TEST_DRAWS) $5
llm_steered = $(call llm_items,$1,$2,$3,$4,--split $5 --steer $6 \
	--steer-at answer)

# The vectors in the format of llama.cpp, where direction.N is added to the
# output of block N, from 1.
llm_exported = $(wordlist 2,99,$(LLM_LAYERS_$2))
define llm_effect
$(call table,$L/vectors.mpk.zst,$(LLM_READINGS:%=$L/%.vectors.mpk.zst),\
	{ $(call llm_texts,$1,$2,label,train) -o $L/acts; \
	$(foreach l,$(LLM_LAYERS_$2),$(call llm_at_site,$1,$2,h.$l.out)) \
	rm $L/acts; })
$(call table,$L/sweep.tsv,$L/vectors.mpk.zst,\
	$(call llm_steered,$1,$2,$(call \
	llm_task,$2),$(LLM_ITEMS),validation,$L/vectors.mpk.zst) \
	--strength $(call commas,$(LLM_STRENGTHS)) | \
	$(tawk) $(TABLES)/steer-sweep.awk -v seed=$1 -v checkpoint=$2 \
	-v accuracy=choice_accuracy)
$(call table,$L/picks.tsv,$L/sweep.tsv,\
	$(tawk) $(TABLES)/steer-pick.awk $L/sweep.tsv)
$(call table,$L/effect.tsv,$L/picks.tsv $L/vectors.mpk.zst \
	$(foreach t,$(call llm_others,$2),$(call llm_files,$t)),\
	{ while read -r name site strength; do \
	tensor-select -w name=$$$$name -w site=$$$$site $L/vectors.mpk.zst | \
	lincomb -w $$$$strength; \
	done < $L/picks.tsv > $L/picked; \
	{ $(foreach t,$(call llm_task,$2) $(call llm_others,$2),$(call \
	llm_steered,$1,$2,$t,$(LLM_TEST_ITEMS),test,$L/picked) \
	--per-item; )} | \
	$(tawk) $(TABLES)/steer-items.awk -v seed=$1 -v checkpoint=$2 \
	-v task=$(call llm_task,$2) -v resamples=$(LLM_RESAMPLES) \
	$L/picks.tsv -; \
	rm $L/picked; })
$(if $(llm_exported),$(call product,$L/vectors.gguf,$L/answer.vectors.mpk.zst,\
	{ $(foreach l,$(llm_exported),tensor-select -w method=mean-difference \
	-w site=h.$l.out $L/answer.vectors.mpk.zst; )} | \
	tensor-export -f gguf -l $(call commas,$(llm_exported)) \
	--model-hint $(call subject_type,$2) -o $$@))
endef

# --- random search around the weights
# 3: split
llm_signal = grad-dump $(llm_asks) -s $1$(SEARCH_DRAWS) -n 1 \
	-b $(LLM_SEARCH_ITEMS) --split $3 --mean
llm_gains = evaluate $(llm_asks) -s $1$(SEARCH_DRAWS) \
	-n $(LLM_SEARCH_ITEMS) --split $3 --base
define llm_search
$(call table,$L/signal.mpk.zst,$(llm_needs),\
	{ $(foreach p,train test,$(call llm_signal,$1,$2,$p); )})
$(call table,$L/parts.tsv,$L/signal.mpk.zst,\
	{ $(foreach t,tensor-ls cosine,lincomb --label name=full \
	$L/signal.mpk.zst | $t; )} | $(tawk) $(TABLES)/parts.awk)
$(call table,$L/draws.mpk.zst,$(call subject_file,$2),\
	perturb -m $(llm_model) -s $1$(PERTURB_DRAWS) -n $(LLM_COUNT) \
	--sigma $(LLM_SIGMAS) | lincomb --label name=full -)
$(call table,$L/draws.linear.tsv,$L/signal.mpk.zst $L/draws.mpk.zst,\
	cosine -r $L/signal.mpk.zst $L/draws.mpk.zst)
$(foreach p,train test,\
$(call product,$L/draws.$p.tsv,$L/draws.mpk.zst $(llm_needs),\
	$(call llm_gains,$1,$2,$p) -o $$@ -d $L/draws.mpk.zst))
$(call table,$L/gains.tsv,$L/parts.tsv $L/draws.linear.tsv \
	$L/draws.train.tsv $L/draws.test.tsv,\
	$(tawk) $(TABLES)/gains.awk -v seed=$1 -v set=$2 \
	-v accuracy=choice_accuracy $L/parts.tsv $L/draws.linear.tsv \
	$L/draws.train.tsv $L/draws.test.tsv)
$(call product,$L/top.mpk.zst,$L/gains.tsv $L/draws.mpk.zst,\
	$(tawk) $(TABLES)/top.awk -v k=$(call largest,$(LLM_VOTERS)) \
	$L/gains.tsv | xargs -I LIST \
	tensor-select -r LIST -o $$@ $L/draws.mpk.zst)
$(call table,$L/vote.tsv,$L/top.mpk.zst $L/gains.tsv,\
	$(call llm_items,$1,$2,$(call llm_task,$2),$(LLM_TEST_ITEMS),--split \
	test --per-item --base -d $L/top.mpk.zst) | \
	$(tawk) $(TABLES)/vote.awk -v seed=$1 -v set=$2 -v right=chosen \
	-v voters=$(call commas,$(LLM_VOTERS)) $L/gains.tsv -)
endef

# 1: seed, 2: subject
define llm_subject
$(foreach k,$(call llm_rows,$2),$(call llm_spectrum,$1,$2,$k))
$(foreach g,$(LLM_GRADIENTS),$(call llm_gradient,$1,$2,$g))
$(foreach r,$(LLM_READINGS),$(call llm_reading,$1,$2,$r))
$(call llm_effect,$1,$2)
$(call llm_search,$1,$2)
endef
$(strip $(foreach s,$(SEEDS),$(foreach m,$(SUBJECTS),\
    $(call llm_subject,$s,$m))))

# --- over the seeds
# $(call llm_table,NAME,FILES,COLUMN,MORE): their rows, the column COLUMN being
# called subject.
llm_all = $(foreach m,$(SUBJECTS),$(call all_seeds,llm/$m/$1))
llm_table = $(call table,$(RESULTS)/llm-$1.tsv,$2,\
	awk -f $(TABLES)/join.awk $2 | awk -f $(TABLES)/rename.awk \
	-v from=$3 -v to=subject)
LLM_SPECTRA := $(foreach m,$(SUBJECTS),$(foreach k,$(call llm_rows,$m),$(call \
	all_seeds,llm/$m/$k.spectrum.tsv)))
LLM_SHIFTS := $(foreach r,$(LLM_READINGS),$(call llm_all,$r.test.shift.tsv))
LLM_PICKS := $(foreach r,$(LLM_READINGS),$(call llm_all,$r.picks.tsv))
$(call llm_table,spectra,$(LLM_SPECTRA),checkpoint)
$(call llm_table,halves,$(LLM_SPECTRA:%.spectrum.tsv=%.halves.tsv),checkpoint)
$(call table,$(RESULTS)/llm-rank.tsv,$(RESULTS)/llm-spectra.tsv,\
	awk -f $(TABLES)/rank.awk -v ranks=$(call commas,$(LLM_RANKS)) \
	$(RESULTS)/llm-spectra.tsv | \
	awk -f $(TABLES)/rename.awk -v from=checkpoint -v to=subject)
$(call llm_table,shift,$(LLM_SHIFTS),checkpoint)
$(call llm_table,picks,$(LLM_PICKS),checkpoint)
$(call llm_table,sweep,$(call llm_all,sweep.tsv),checkpoint)
$(call llm_table,steering,$(call llm_all,effect.tsv),checkpoint)
$(call llm_table,vote,$(call llm_all,vote.tsv),set)
$(call table,$(RESULTS)/llm.gains.tsv,$(call llm_all,gains.tsv),\
	awk -f $(TABLES)/join.awk $(call llm_all,gains.tsv))
LLM_BY := -b seed -b set -b subspace -b mode -b sigma
llm_best = $(call table,$(RESULTS)/llm.$1.tsv,$(RESULTS)/llm.gains.tsv,\
	best-of $(LLM_BY) $2 $(RESULTS)/llm.gains.tsv)
llm_of := $(shell expr $(LLM_COUNT) / 10)
llm_curve := -R dimension -B 200 -n $(call commas,$(shell printf '%s\n' 1 2 \
	5 10 20 50 100 200 500 1000 $(llm_of) $(LLM_COUNT) | sort -nu))
$(call llm_best,fit,--fit -C scale)
$(call llm_best,best.train,$(llm_curve) -C scale)
$(call llm_best,best.test,$(llm_curve) -g gain_report -s gain -C scale_report)
llm_named = | awk -f $(TABLES)/rename.awk -v from=set -v to=subject
$(call table,$(RESULTS)/llm.search.tsv,$(RESULTS)/llm.fit.tsv \
	$(RESULTS)/llm.gains.tsv,\
	$(tawk) $(TABLES)/search.awk -v inside=$(SEARCH_INSIDE) \
	$(RESULTS)/llm.fit.tsv $(RESULTS)/llm.gains.tsv)
$(call table,$(RESULTS)/llm-search.tsv,$(RESULTS)/llm.search.tsv,\
	cat $(RESULTS)/llm.search.tsv $(llm_named))
llm_curves := $(patsubst %,$(RESULTS)/llm.%.tsv,search best.train best.test)
$(call table,$(RESULTS)/llm-curve.tsv,$(llm_curves),\
	$(tawk) $(TABLES)/search-curve.awk $(llm_curves) $(llm_named))

# --- the claims and the report
GRAPH_WORDS += llm:SUBJECTS llm:LLM_READINGS llm:LLM_ROWS llm:LLM_GRADIENTS \
	llm:LLM_SPLITS
LLM_SPLITS := train validation test
LLM_TABLES := $(patsubst %,$(RESULTS)/llm-%.tsv,rank halves shift picks sweep \
	steering search curve vote)
CLAIM_WORDS += llm_rank=$(LLM_RANK)
$(call quantities,llm,$(LLM_TABLES),\
	-v subjects=$(call commas,$(SUBJECTS)) -v rank=$(LLM_RANK) \
	-v readings=$(call commas,$(LLM_READINGS)) -v of=$(llm_of))
LLM_ROW_NAMES := $(foreach z,0 1,$(CONTROLS:%=%+$z))
LLM_LINES_answer := gradient right-wrong shuffled-labels other-task random
LLM_LINES_label := gradient one-sided shuffled-labels other-task random
# 1: subject, 2: reading
define llm_plots_of_reading
$(call plot,llm,llm-shift-$1-$2,steering.gp cosine block \
	$(call list,$(LLM_LINES_$2)) '',llm-shift,\
	-v where='subject=$1;reading=$2;texts=$(llm_texts_$2)$(\
	);size=$(LLM_STEP)' \
	-v by=step -v names=$(call list,$(LLM_LINES_$2)) -v x=block -v y=cosine)
$(call plot,llm,llm-gain-$1-$2,steering.gp \
	'change of choice accuracy (points)' strength \
	$(call list,$(llm_methods_$2) random) log,llm-sweep,\
	-v where='subject=$1;sign=+' -v by=vector+method \
	-v names=$(call list,$(llm_methods_$2:%=$2+%) random+random) \
	-v x=strength -v y=gain)
endef
llm_texts_answer := own
llm_texts_label := difference
define llm_plots
$(call plot,llm,llm-spectra-$1,spectra.gp,llm-spectra,-v where=subject=$1 \
	-v by=control+centred -v names=$(call list,$(LLM_ROW_NAMES)) \
	-v x=component -v y=energy)
$(foreach r,$(LLM_READINGS),$(call llm_plots_of_reading,$1,$r))
$(call plot,llm,llm-best-$1,best.gp,llm-curve,-v where=subject=$1 \
	-v by=scale+split -v names='smaller+chosen smaller+reported \
	larger+chosen larger+reported' -v x=n -v y='expected theorem')
endef
$(strip $(foreach m,$(SUBJECTS),$(call llm_plots,$m)))
llm_each = $(foreach m,$(SUBJECTS),$m=$(call $1,$m))
$(call part,llm,$(LLM_TABLES),\
	-v subjects=$(call list,$(SUBJECTS)) \
	-v origins=$(call list,$(SUBJECT_ORIGINS)) \
	-v tasks=$(call list,$(call llm_each,llm_task)) \
	-v others=$(call list,$(call llm_each,llm_other)) \
	-v readings=$(call list,$(LLM_READINGS)) -v rank=$(LLM_RANK) \
	-v controls=$(call list,$(LLM_ROWS)) -v size=$(LLM_STEP) \
	-v grads=$(LLM_GRADS) -v batch=$(LLM_GRAD_BATCH) \
	-v texts=$(LLM_TEXTS) -v picked=$(LLM_ITEMS) \
	-v searched=$(LLM_SEARCH_ITEMS) -v of=$(llm_of),\
	$(LLM_SPECTRA) $(foreach g,$(LLM_GRADIENTS),$(call \
	llm_all,$g.mpk.zst)) $(foreach r,$(LLM_READINGS),$(foreach \
	f,train.means.mpk.zst validation.means.mpk.zst test.means.mpk.zst \
	validation.shift.tsv test.shift.tsv picks.tsv vectors.mpk.zst,$(call \
	llm_all,$r.$f))) $(foreach f,vectors.mpk.zst sweep.tsv picks.tsv \
	effect.tsv signal.mpk.zst parts.tsv draws.mpk.zst draws.linear.tsv \
	draws.train.tsv draws.test.tsv gains.tsv top.mpk.zst vote.tsv,$(call \
	llm_all,$f)) $(foreach m,$(SUBJECTS),$(if $(call \
	llm_exported,-,$m),$(call all_seeds,llm/$m/vectors.gguf))) \
	$(RESULTS)/llm.fit.tsv $(llm_curves) $(LLM_TABLES))

products: $(PRODUCTS)
endif
