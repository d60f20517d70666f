# report.mk: the verdicts, and one page that shows all of it.
here := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
include $(here)/recovery.mk
include $(here)/drift.mk
include $(here)/random-search.mk
include $(here)/linear-regime.mk
include $(here)/krylov.mk
include $(here)/specialisation.mk
include $(here)/steering.mk
include $(here)/order-defect.mk
include $(here)/lora.mk
include $(here)/llm.mk
ifndef report_mk
report_mk := 1

# The sections of the page, in order; each experiment makes its own.
SECTIONS := head claims training rank recovery drift random-search \
	linear-regime krylov specialisation steering order-defect lora \
	llm foot

$(call table,$(RESULTS)/quantities.tsv,$(QUANTITIES),\
	awk -f $(TABLES)/join.awk $(QUANTITIES))
$(call table,$(RESULTS)/verdicts.tsv,$(PIPELINES)/claims.tsv \
	$(RESULTS)/quantities.tsv,\
	awk -f $(TABLES)/verdict.awk $(PIPELINES)/claims.tsv \
	$(RESULTS)/quantities.tsv)

$(call part,head,$(RESULTS)/recovery.tsv $(RESULTS)/training.tsv \
	$(RESULTS)/verdicts.tsv,\
	-v profile=$(PROFILE) -v css=$(PAGE)/page.css \
	-v seeds=$(call list,$(SEEDS)) -v tasks=$(call list,$(TASKS)) \
	-v a=$(TASK_A) -v b=$(TASK_B) -v rank=$(RANK) \
	-v steps=$(RECOVER_STEPS) -v config=$(CONFIG) \
	-v optimizers=$(call list,$(OPTIMIZERS)))
# What stands for {NAME} in claims.tsv; experiments add to it.
CLAIM_WORDS += a=$(TASK_A) rank=$(RANK) at=$(DRIFT_AT)
$(call part,claims,$(PIPELINES)/claims.tsv $(RESULTS)/verdicts.tsv,\
	-v n_seeds=$(words $(SEEDS)) -v words=$(call list,$(CLAIM_WORDS)),\
	$(QUANTITIES) $(RESULTS)/quantities.tsv $(RESULTS)/verdicts.tsv)
$(call part,foot,,)

parts := $(SECTIONS:%=$(REPORT)/parts/%.html)
$(call table,$(REPORT)/index.html,$(parts),cat $(parts))

# --- the experiment graph with the time that each node took, drawn from
# make's own database: a page beside the report, in no digest.
# What makes no node of its own: the words of variables, of all experiments, or
# of one: an experiment adds EXPERIMENT:VARIABLE.
GRAPH_WORDS += SEEDS TASKS OPTIMIZERS CONTROLS
graphed := $(PRODUCTS)
$(call table,$(TIMES)/graph.tsv,$(graphed),\
	MAKEFLAGS=$(call quote,-- $(MAKEOVERRIDES)) \
	$(MAKE) -pq -f $(PIPELINES)/all.mk FORCE | \
	awk -f $(TABLES)/graph.awk -v build=$(BUILD) -v times=$(TIMES) \
	-v collapse=$(call list,$(GRAPH_WORDS)))
$(call table,$(TIMES)/graph.svg,$(TIMES)/graph.tsv,\
	$(tawk) $(PAGE)/html.awk -f $(PAGE)/graph-dot.awk \
	$(TIMES)/graph.tsv | tred | dot -Tsvg)
$(call table,$(REPORT)/graph.html,$(TIMES)/graph.tsv $(TIMES)/graph.svg \
	$(PAGE)/page.css,\
	$(tawk) $(PAGE)/html.awk -f $(PAGE)/graph.awk -v profile=$(PROFILE) \
	-v css=$(PAGE)/page.css -v drawing=$(TIMES)/graph.svg \
	$(TIMES)/graph.tsv)

products: $(PRODUCTS)
endif
