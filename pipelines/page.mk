# page.mk: how a section of the report is made from tables: its plots, and
# the part of the page that shows them.
ifndef page_mk
page_mk := 1

PLOT_DIR := $(REPORT)/plots
list = '$(strip $1)'
# The commands that made files, for a section to show.
cmds = $(call list,$(addsuffix .cmd,$1))
all_seeds = $(SEEDS:%=$(RUNS)/seed-%/$1)

# $(call plot,SECTION,NAME,SCRIPT AND ITS WORDS,TABLE,VARIABLES OF series.awk)
plot = $(eval $(call plot_rules,$(strip $1),$(strip $2),$3,$(strip $4),$5))
define plot_rules
$(call table,$(PLOT_DIR)/$2.dat,$(RESULTS)/$4.tsv,\
	$(tawk) $(TABLES)/series.awk $5 $(RESULTS)/$4.tsv)
$(call table,$(PLOT_DIR)/$2.svg,$(PLOT_DIR)/$2.dat \
	$(wildcard $(PIPELINES)/plots/*.gp),\
	gnuplot -c $(PIPELINES)/plots/$(firstword $3) $(PLOT_DIR)/$2.dat \
	$(subst -,_,$2) $(wordlist 2,99,$3))
PLOTS_$1 += $(PLOT_DIR)/$2.svg
PLOT_FILES_$1 += $(PLOT_DIR)/$2.dat $(PLOT_DIR)/$2.svg
endef

# $(call part,SECTION,TABLES,VARIABLES,FILES): page/SECTION.awk makes the
# section from tables; it shows the commands that made FILES and its plots.
part = $(eval $(call part_rule,$(strip $1),$2,$3,$4))
define part_rule
$(call table,$(REPORT)/parts/$1.html,$2 $(PAGE)/page.css $(PLOTS_$1),\
	$(tawk) $(PAGE)/html.awk -f $(PAGE)/$1.awk -v dir=$(PLOT_DIR) $3 \
	-v files=$(call cmds,$4 $(PLOT_FILES_$1)) $2)
endef

# $(call quantities,NAME,TABLES,VARIABLES): tables/quantities-NAME.awk reads
# what the claims of claims.tsv are judged by, seed by seed.
quantities = $(eval $(call quantities_rule,$(strip $1),$2,$3))
define quantities_rule
QUANTITIES += $(RESULTS)/quantities/$1.tsv
$(call table,$(RESULTS)/quantities/$1.tsv,$2,\
	$(tawk) $(TABLES)/quantities.awk -f $(TABLES)/quantities-$1.awk \
	-v seeds=$(call commas,$(SEEDS)) $3 $2)
endef

endif
