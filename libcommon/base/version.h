/* The release; it stands in every stream's provenance. */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define PLUMBLINE_VERSION "0.1.0"

#endif
