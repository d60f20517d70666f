# all.mk: the whole graph, from the joint training to the report.
#	make -f pipelines/all.mk PROFILE=smoke BIN=build/bin
.DEFAULT_GOAL := reproduce
here := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
include $(here)/report.mk

.PHONY: reproduce
reproduce: $(PRODUCTS)
	@echo 'report: $(REPORT)/index.html'
