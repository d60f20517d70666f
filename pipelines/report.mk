# report.mk: the verdicts, and one page that shows all of it.
here := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
include $(here)/recovery.mk
include $(here)/drift.mk
ifndef report_mk
report_mk := 1

list = '$(strip $1)'

$(call table,$(RESULTS)/quantities.tsv,$(PIPELINES)/quantities.awk \
	$(RESULTS)/rank.tsv $(RESULTS)/drift.tsv $(RESULTS)/recovery.tsv,\
	awk -f $(PIPELINES)/quantities.awk -v task=$(TASK_A) -v rank=$(RANK) \
	-v at=$(DRIFT_AT) -v optimizers=$(call commas,$(OPTIMIZERS)) \
	-v seeds=$(call commas,$(SEEDS)) $(RESULTS)/rank.tsv \
	$(RESULTS)/drift.tsv $(RESULTS)/recovery.tsv)
$(call table,$(RESULTS)/verdicts.tsv,$(PIPELINES)/verdict.awk \
	$(PIPELINES)/claims.tsv $(RESULTS)/quantities.tsv,\
	awk -f $(PIPELINES)/verdict.awk $(PIPELINES)/claims.tsv \
	$(RESULTS)/quantities.tsv)

# --- plots
P := $(REPORT)/plots
BASIS_NAMES := static local other-task task-vector random prefix \
	prefix-other-order oracle full none
SPECTRA_NAMES := $(foreach z,0 1,$(CONTROLS:%=%+$z))

# $(call plot,NAME,SCRIPT AND ITS WORDS,TABLE,VARIABLES OF series.awk)
define plot
$(call table,$P/$1.dat,$(RESULTS)/$3.tsv $(PIPELINES)/series.awk,\
	awk -f $(PIPELINES)/series.awk $4 $(RESULTS)/$3.tsv)
$(call table,$P/$1.svg,$P/$1.dat $(wildcard $(PIPELINES)/plots/*.gp),\
	gnuplot -c $(PIPELINES)/plots/$(firstword $2) $P/$1.dat \
	$(subst -,_,$1) $(wordlist 2,99,$2))
PLOTS += $P/$1.svg
endef
PLOTS :=
plots = $(eval $(call plot,$(strip $1),$2,$(strip $3),$4))

$(call plots,joint,curves.gp 'exact match' $(call list,$(TASKS)) '',curves,\
	-v where=checkpoint=theta-0 -v by=task -v names=$(call list,$(TASKS)) \
	-v x=step -v y=exact_match)
$(call plots,recovering,curves.gp 'loss' $(call list,$(OPTIMIZERS)) log,\
	curves,\
	-v where=split=train -v by=checkpoint \
	-v names=$(call list,$(OPTIMIZERS)) -v x=step -v y=loss)
$(foreach c,theta-0 theta-F,$(call plots,spectra-$c,spectra.gp,spectra,\
	-v where='checkpoint=$c;task=$(TASK_A)' -v by=control+centred \
	-v names=$(call list,$(SPECTRA_NAMES)) -v x=component -v y=energy))
$(foreach o,$(OPTIMIZERS),\
    $(call plots,capture-$o,ranks.gp 'captured energy',recovery,\
	-v where=optimizer=$o -v by=basis -v names=$(call \
	list,$(BASIS_NAMES)) -v x=rank -v y=captured_energy)\
    $(call plots,function-$o,ranks.gp 'exact match',recovery,\
	-v where=optimizer=$o -v by=basis -v names=$(call \
	list,$(BASIS_NAMES)) -v x=rank -v y=functional_accuracy)\
    $(call plots,drift-$o,drift.gp 0.5,drift,\
	-v where=optimizer=$o -v by=against -v names='first previous' \
	-v x=step_t -v y='ratio overlap ceiling_t')\
    $(call plots,angles-$o,angles.gp,drift,\
	-v where=optimizer=$o -v by=against -v names='first previous' \
	-v x=step_t -v y='angle_min angle_median angle_max'))

# --- the page, part by part
cmds = $(call list,$(addsuffix .cmd,$1))
# $(call part,NAME,TABLES,VARIABLES)
define part
$(call table,$(REPORT)/parts/$1.html,$2 $(PIPELINES)/html.awk \
	$(PIPELINES)/page-$1.awk $(PIPELINES)/page.css $(PLOTS),\
	awk -f $(PIPELINES)/html.awk -f $(PIPELINES)/page-$1.awk $3 $2)
PARTS += $(REPORT)/parts/$1.html
endef
PARTS :=
parts = $(eval $(call part,$(strip $1),$2,$3))

all_seeds = $(SEEDS:%=$(RUNS)/seed-%/$1)
$(call parts,head,$(RESULTS)/recovery.tsv $(RESULTS)/training.tsv,\
	-v profile=$(PROFILE) -v css=$(PIPELINES)/page.css \
	-v seeds=$(call list,$(SEEDS)) -v tasks=$(call list,$(TASKS)) \
	-v a=$(TASK_A) -v b=$(TASK_B) -v rank=$(RANK) \
	-v steps=$(RECOVER_STEPS) -v config=$(CONFIG) \
	-v optimizers=$(call list,$(OPTIMIZERS)))
$(call parts,claims,$(PIPELINES)/claims.tsv $(RESULTS)/verdicts.tsv,\
	-v n_seeds=$(words $(SEEDS)) -v a=$(TASK_A) -v rank=$(RANK) \
	-v at=$(DRIFT_AT) \
	-v files=$(call cmds,$(RESULTS)/quantities.tsv $(RESULTS)/verdicts.tsv))
$(call parts,training,$(RESULTS)/training.tsv,\
	-v dir=$P -v checkpoints=$(call list,$(MODELS)) \
	-v tasks=$(call list,$(TASKS)) -v files=$(call cmds,\
	$(foreach m,$(MODELS),$(call all_seeds,$m)) $(ACCURACIES) \
	$(RESULTS)/training.tsv $P/joint.dat $P/joint.svg $P/recovering.dat \
	$P/recovering.svg))
$(call parts,rank,$(RESULTS)/rank.tsv $(RESULTS)/overlap.tsv,\
	-v dir=$P -v tasks=$(call list,$(TASKS)) -v a=$(TASK_A) \
	-v rank=$(RANK) -v checkpoints=$(call list,$(CHECKPOINTS)) \
	-v checkpoints_all=$(call list,$(CHECKPOINTS_ALL)) \
	-v controls=$(call list,$(CONTROLS)) -v overlap_at=$(OVERLAP_AT) \
	-v files=$(call cmds,$(SPECTRA) $(RESULTS)/spectra.tsv \
	$(RESULTS)/rank.tsv $(OVERLAPS) $(RESULTS)/overlap.tsv \
	$(P)/spectra-theta-0.dat $P/spectra-theta-0.svg \
	$P/spectra-theta-F.dat $P/spectra-theta-F.svg))
$(call parts,recovery,$(RESULTS)/recovery.tsv,\
	-v dir=$P -v optimizers=$(call list,$(OPTIMIZERS)) -v rank=$(RANK) \
	-v files=$(call cmds,$(call all_seeds,task-vector.mpk.zst) \
	$(call all_seeds,random.mpk.zst) $(foreach o,$(OPTIMIZERS),\
	$(call all_seeds,$o-other-order) \
	$(foreach f,prefix.mpk.zst oracle.mpk.zst displacement.mpk.zst \
	capture.tsv function.tsv recovery.tsv,$(call all_seeds,$o.$f)) \
	$(call all_seeds,$o-other-order.prefix.mpk.zst)) \
	$(RESULTS)/recovery.tsv $(foreach o,$(OPTIMIZERS),$P/capture-$o.dat \
	$P/capture-$o.svg $P/function-$o.dat $P/function-$o.svg)))
$(call parts,drift,$(RESULTS)/drift.tsv,\
	-v dir=$P -v optimizers=$(call list,$(OPTIMIZERS)) -v at=$(DRIFT_AT) \
	-v files=$(call cmds,$(DRIFTS) $(RESULTS)/drift.tsv \
	$(foreach o,$(OPTIMIZERS),$P/drift-$o.dat $P/drift-$o.svg \
	$P/angles-$o.dat $P/angles-$o.svg)))

$(call table,$(REPORT)/index.html,$(PARTS),cat $(PARTS))

products: $(PRODUCTS)
endif
