/*
 * pipe: room in the pipes between tools.
 */
#ifndef BASE_PIPE_H
#define BASE_PIPE_H

/*
 * Where fd is a pipe and the system can, gives it room for 1 MiB instead of
 * 64 KiB: writer and reader then take turns less often, and a pipeline of
 * filters keeps more cores at work.  Changes no byte, and cannot fail.
 */
void	pipe_widen(int fd);

#endif
