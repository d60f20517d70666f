# full: the choices are those of common.mk.
