# programs of this folder: see tests/unit/core/local.mk
