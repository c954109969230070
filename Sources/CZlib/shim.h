// zlib: the data files are compressed with gzip.
#ifndef OPTIMIZERLAB_CZLIB_H
#define OPTIMIZERLAB_CZLIB_H

#include <zlib.h>

#endif
