#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tensor/map.h"

int
file_map_open(struct file_map *m, const char *path, struct err *e)
{
	void *p = NULL;
	struct stat st;
	int fd = open(path, O_RDONLY | O_NONBLOCK);	/* a FIFO: no wait */

	*m = (struct file_map){ NULL, 0 };
	if (fd == -1)
		return err_set(e, RC_INPUT, "%s", strerror(errno));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(e, RC_INPUT, "not a regular file");
	}
	if (st.st_size > 0)
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd,
		    0);
	close(fd);
	if (p == MAP_FAILED)
		return err_errno(e, "mmap");
	m->p = p;
	m->n = (size_t)st.st_size;
	return 0;
}

void
file_map_close(struct file_map *m)
{
	if (m->p != NULL)
		munmap((void *)(uintptr_t)m->p, m->n);
	*m = (struct file_map){ NULL, 0 };
}
