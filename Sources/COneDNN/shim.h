// oneDNN: convolutions that are compiled for the processor while the program runs.
#ifndef OPTIMIZERLAB_CONEDNN_H
#define OPTIMIZERLAB_CONEDNN_H

#include <oneapi/dnnl/dnnl.h>

// The OpenMP that oneDNN runs on; its header comes with compilers, not with the library.
void omp_set_num_threads(int threads);

#endif
