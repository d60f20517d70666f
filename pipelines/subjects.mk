# subjects.mk: the models that the LoRA and LLM tracks measure: a stand-in
# that is trained here on generated text, and pretrained ones where they are;
# or a single one, MODEL=DIR.  Whatever shows a figure says which it is.
include $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))/common.mk
ifndef subjects_mk
subjects_mk := 1
include $(PIPELINES)/stand-in.mk

# Of subject $1: its directory, its configuration, the file that is there when
# it is, what is said of it, its model_type.  A directory is MODEL's, or given
# as SUBJECT_DIR_NAME, or found by the subject's name.
subject_dir = $(or $(SUBJECT_DIR_$1),$(if $(filter stand-in,$1),$(STANDIN)),\
	$(MODEL_DIR),$(patsubst %/config.json,%,$(firstword $(wildcard \
	$(PLUMBLINE_DATA)/$1/config.json $(DATA)/models/$1/config.json))),\
	$(error subject $1: no such model: give SUBJECT_DIR_$1=DIR))
subject_config = $(if $(filter $(STANDIN),$(call subject_dir,$1)),\
	$(STANDIN_CONFIG),$(call subject_dir,$1)/config.json)
subject_file = $(if $(filter $(STANDIN),$(call subject_dir,$1)),\
	$(STANDIN)/model.safetensors,$(call subject_config,$1))
subject_origin = $(if $(filter $(STANDIN),$(call subject_dir,$1)),\
	a stand-in that was trained here on generated text,\
	pretrained: $(call subject_dir,$1))
subject_type = $(SUBJECT_TYPE_$1)
read_type = $(shell awk 'match($$0, /"model_type": *"[^"]*"/) { \
	s = substr($$0, RSTART, RLENGTH - 1); sub(/.*"/, "", s); \
	print s; exit }' $(call subject_config,$1))

MODEL_DIR := $(patsubst %/,%,$(MODEL))
$(if $(MODEL),$(if $(wildcard $(MODEL_DIR)/config.json),,$(error \
	MODEL=$(MODEL): no config.json there)))
$(foreach s,$(SUBJECTS),$(eval SUBJECT_TYPE_$s := $(call read_type,$s)))

# What the sections of the report say of the subjects, bars between.
bar := |
SUBJECT_ORIGINS := $(subst @ ,$(bar),$(foreach s,$(SUBJECTS),$(strip $(call \
	subject_origin,$s))@))
SUBJECT_ORIGINS := $(patsubst %@,%,$(SUBJECT_ORIGINS))

endif
