/* Operation `compute`: the formulas by themselves. */
#ifndef COMPUTE_H
#define COMPUTE_H

#include "wire.h"

json_t *formula_names(void);
/* The outputs by name are put into `outputs`. */
verdict compute(bytes formula, json_t *inputs, json_t *outputs);

#endif
