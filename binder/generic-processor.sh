# Binder builds on one machine and runs on another. numba keeps what it compiled under the processor's name,
# and would compile again on another processor; one name for all of them keeps it valid everywhere.
export NUMBA_CPU_NAME=generic
