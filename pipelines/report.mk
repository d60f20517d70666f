# report.mk: the verdicts, and one page that shows all of it.
here := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
include $(here)/recovery.mk
include $(here)/drift.mk
ifndef report_mk
report_mk := 1

# The sections of the page, in order; each experiment makes its own.
SECTIONS := head claims training rank recovery drift foot

$(call table,$(RESULTS)/quantities.tsv,$(QUANTITIES) $(TABLES)/join.awk,\
	awk -f $(TABLES)/join.awk $(QUANTITIES))
$(call table,$(RESULTS)/verdicts.tsv,$(TABLES)/verdict.awk \
	$(PIPELINES)/claims.tsv $(RESULTS)/quantities.tsv,\
	awk -f $(TABLES)/verdict.awk $(PIPELINES)/claims.tsv \
	$(RESULTS)/quantities.tsv)

$(call part,head,$(RESULTS)/recovery.tsv $(RESULTS)/training.tsv,\
	-v profile=$(PROFILE) -v css=$(PAGE)/page.css \
	-v seeds=$(call list,$(SEEDS)) -v tasks=$(call list,$(TASKS)) \
	-v a=$(TASK_A) -v b=$(TASK_B) -v rank=$(RANK) \
	-v steps=$(RECOVER_STEPS) -v config=$(CONFIG) \
	-v optimizers=$(call list,$(OPTIMIZERS)))
$(call part,claims,$(PIPELINES)/claims.tsv $(RESULTS)/verdicts.tsv,\
	-v n_seeds=$(words $(SEEDS)) -v a=$(TASK_A) -v rank=$(RANK) \
	-v at=$(DRIFT_AT),\
	$(QUANTITIES) $(RESULTS)/quantities.tsv $(RESULTS)/verdicts.tsv)
$(call part,foot,,)

parts := $(SECTIONS:%=$(REPORT)/parts/%.html)
$(call table,$(REPORT)/index.html,$(parts),cat $(parts))

products: $(PRODUCTS)
endif
