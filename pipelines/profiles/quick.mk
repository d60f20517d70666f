# quick: the whole track on the full model with one seed and smaller samples.
# One seed gives no interval, so nothing can be supported.
SEEDS         ?= 1
CHECKPOINTS   ?= theta-0 theta-F $(OPTIMIZERS)
GRADS         ?= 40
GRAD_BATCH    ?= 32
RANKS         ?= 1 2 5 10 20
DRIFT_STEPS   ?= 0 1 10 50 100 200
ITEMS         ?= 256
NOISE_COUNT   ?= 4
SEARCH_COUNT  ?= 64
SEARCH_MANY   ?= 500
SEARCH_BEST   ?= 32
SIZE_COUNT    ?= 64
STEER_RANDOM  ?= 4
STEER_TEST_ITEMS ?= 128
LLM_GRADS     ?= 40
LLM_TEXTS     ?= 32
LLM_ITEMS     ?= 64
LLM_COUNT     ?= 64
