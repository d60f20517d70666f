# smoke: the same graph on a smaller model, to see that all of it runs.  Its
# figures mean nothing.
SEEDS         ?= 1 2
CONFIG        ?= $(DATA)/smoke.json
LENGTH        ?= 4
TRAIN_STEPS   ?= 800
TRAIN_OPTIONS ?= --schedule cosine --warmup 50 --clip 1 --beta2 0.98 \
	--easy-steps 400
EARLY_STEPS   ?= 50
FORGET_STEPS  ?= 200
RECOVER_STEPS ?= 100
RECOVER_BATCH ?= 64
GRADS         ?= 50
GRAD_BATCH    ?= 16
DRIFT_STEPS   ?= 0 1 5 10 25 50 100
ITEMS         ?= 128
