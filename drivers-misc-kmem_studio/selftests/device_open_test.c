// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/kmem_studio/NAME: the device and its file, how it is read, and what of it is not
 * mapped. Needs root.
 */
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "device_arena.h"

/* --- allocators whose pages are not whole, or not theirs alone --- */

FIXTURE(unmappable) {
	int	fd;
};

FIXTURE_VARIANT(unmappable) {
	const char	*allocator;
};

FIXTURE_VARIANT_ADD(unmappable, slab) { .allocator = "slab" };
FIXTURE_VARIANT_ADD(unmappable, kmalloc) { .allocator = "kmalloc" };
FIXTURE_VARIANT_ADD(unmappable, kmalloc_object) { .allocator = "kmalloc_object" };
FIXTURE_VARIANT_ADD(unmappable, kvmalloc) { .allocator = "kvmalloc" };

FIXTURE_SETUP(unmappable)
{
	begin_anew();
	ASSERT_EQ(0, arena_make(ARENA));
	ASSERT_EQ(0, arena_start(ARENA, variant->allocator, 10000));
	self->fd = arena_open(ARENA, O_RDONLY);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(unmappable)
{
	remove_arenas();
	EXPECT_TRUE(folder_is_empty(ARENAS));
	EXPECT_TRUE(kernel_is_well());
}

TEST_F_TIMEOUT(unmappable, is_not_mapped, CASE_SECONDS)
{
	EXPECT_REFUSED(ENODEV, map_pages(self->fd, 0, 1));
	EXPECT_REFUSED(ENODEV, map_pages(self->fd, 0, pages_of(10000)));
}

TEST_F_TIMEOUT(unmappable, is_read, CASE_SECONDS)
{
	long nr = words_of(10000), bytes = nr * sizeof(__u32);
	__u32 *words = malloc(bytes);

	ASSERT_EQ((ssize_t)bytes, pread(self->fd, words, bytes, 0));
	EXPECT_EQ(nr, first_miscounted(words, 0, nr));
	EXPECT_TRUE(all_reads_same(self->fd, words, 10000));
	ASSERT_EQ(0, arena_put(ARENA, "corrupt", "5555"));
	EXPECT_FALSE(all_reads_same(self->fd, words, 10000));
	ASSERT_EQ((ssize_t)bytes, pread(self->fd, words, bytes, 0));
	EXPECT_EQ(5555, first_miscounted(words, 0, nr));
	free(words);
}

TEST_F_TIMEOUT(unmappable, is_not_read_when_stopped, CASE_SECONDS)
{
	char byte;

	ASSERT_EQ(0, arena_stop(ARENA));
	EXPECT_REFUSED(ENODEV, pread(self->fd, &byte, 1, 0));
	EXPECT_EQ(-ENOENT, arena_open(ARENA, O_RDONLY));
	EXPECT_LT(0, arena_get(ARENA, "pages_held"));
	close(self->fd);
	EXPECT_TRUE(comes_to(ARENA, "pages_held", 0));
}

/* --- the device and its file --- */

TEST_F_TIMEOUT(device, is_for_root_alone, CASE_SECONDS)
{
	struct stat node;

	ASSERT_EQ(0, stat(DEVICE, &node));
	EXPECT_TRUE(S_ISCHR(node.st_mode));
	EXPECT_EQ(0400U, node.st_mode & 07777);
	EXPECT_EQ(0U, node.st_uid);
	EXPECT_EQ(0, access("/sys/class/kmem_studio/" ARENA "/dev", F_OK));
}

TEST_F_TIMEOUT(device, comes_and_goes_with_the_arena, CASE_SECONDS)
{
	ASSERT_EQ(0, arena_stop(ARENA));
	EXPECT_EQ(-ENOENT, arena_open(ARENA, O_RDONLY));
	EXPECT_NE(0, access("/sys/class/kmem_studio/" ARENA, F_OK));
	ASSERT_EQ(0, arena_put(ARENA, "live", "1"));
	EXPECT_EQ(0, access(DEVICE, F_OK));
	ASSERT_EQ(0, arena_remove(ARENA));
	EXPECT_NE(0, access(DEVICE, F_OK));
}

TEST_F_TIMEOUT(device, has_no_way_to_write, CASE_SECONDS)
{
	const struct iovec part = { "x", 1 };

	EXPECT_EQ(-EACCES, arena_open(ARENA, O_WRONLY));
	EXPECT_EQ(-EACCES, arena_open(ARENA, O_RDWR));
	EXPECT_REFUSED(EBADF, write(self->fd, "x", 1));
	EXPECT_REFUSED(EBADF, pwrite(self->fd, "x", 1, 0));
	EXPECT_REFUSED(EBADF, writev(self->fd, &part, 1));
	EXPECT_EQ(-1, ftruncate(self->fd, 0));
	EXPECT_EQ(0, arena_put(ARENA, "verify", "1"));
}

TEST_F_TIMEOUT(device, has_no_ioctl, CASE_SECONDS)
{
	int n;

	/* what every file has is not asked of the driver */
	EXPECT_REFUSED(ENOTTY, ioctl(self->fd, _IO('k', 1)));
	EXPECT_REFUSED(ENOTTY, ioctl(self->fd, _IOR('k', 1, int), &n));
	EXPECT_REFUSED(ENOTTY, ioctl(self->fd, TCGETS, &n));
}

TEST_F_TIMEOUT(device, seeks_like_a_file_without_holes, CASE_SECONDS)
{
	const off_t bytes = 1000 * OBJECT_BYTES;
	int fd = self->fd;
	__u32 word;

	EXPECT_EQ(bytes, lseek(fd, 0, SEEK_END));
	EXPECT_EQ(0, read(fd, &word, sizeof(word)));
	EXPECT_EQ(bytes - 4, lseek(fd, -4, SEEK_END));
	EXPECT_EQ(4, read(fd, &word, sizeof(word)));
	EXPECT_EQ((__u32)words_of(1000) - 1, word);
	EXPECT_EQ(bytes, lseek(fd, 0, SEEK_CUR));
	EXPECT_EQ(400, lseek(fd, 400, SEEK_SET));
	EXPECT_EQ(408, lseek(fd, 8, SEEK_CUR));
	EXPECT_EQ(4, read(fd, &word, sizeof(word)));
	EXPECT_EQ(102U, word);
	EXPECT_EQ(0, lseek(fd, 0, SEEK_DATA));
	EXPECT_EQ(77, lseek(fd, 77, SEEK_DATA));
	EXPECT_EQ(bytes, lseek(fd, 77, SEEK_HOLE));
	EXPECT_EQ(bytes, lseek(fd, bytes - 1, SEEK_HOLE));
	EXPECT_REFUSED(ENXIO, lseek(fd, bytes, SEEK_DATA));
	EXPECT_REFUSED(ENXIO, lseek(fd, bytes, SEEK_HOLE));
	EXPECT_REFUSED(EINVAL, lseek(fd, -1, SEEK_SET));
	EXPECT_REFUSED(EINVAL, lseek(fd, -bytes - 1, SEEK_END));
	EXPECT_REFUSED(EINVAL, lseek(fd, 0, 77));
}

TEST_F_TIMEOUT(device, is_there_for_the_lab, CASE_SECONDS)
{
	__u32 words[8];
	int fd;

	ASSERT_EQ(0, text_put(PARAMETERS "/nr_structs", "1000"));
	fd = arena_open("lab", O_RDONLY);
	EXPECT_LE(0, fd);
	EXPECT_EQ((ssize_t)sizeof(words), pread(fd, words, sizeof(words), 999 * OBJECT_BYTES));
	EXPECT_EQ(8, first_miscounted(words, words_of(999), 8));
	close(fd);
	ASSERT_EQ(0, text_put(PARAMETERS "/nr_structs", "0"));
	EXPECT_EQ(-ENOENT, arena_open("lab", O_RDONLY));
}

/* --- the module --- */

static int unload(void)
{
	return syscall(SYS_delete_module, "kmem_studio", O_NONBLOCK) ? -errno : 0;
}

static bool is_in_use(int err)
{
	return err == -EBUSY || err == -EAGAIN;
}

TEST_F_TIMEOUT(device, holds_the_module, CASE_SECONDS)
{
	void *words;

	if (!loaded_by_us)
		SKIP(return, "the driver was there before, and is not unloaded");
	words = map_pages(self->fd, 0, 1);
	ASSERT_TRUE(is_mapped(words));
	ASSERT_EQ(0, arena_remove(ARENA));
	EXPECT_TRUE(is_in_use(unload()));
	close(self->fd);
	EXPECT_TRUE(is_in_use(unload()));
	touch(words, 1);
	munmap(words, page_size);
	EXPECT_EQ(0, unload());
	EXPECT_EQ(0, driver_load());

	ASSERT_EQ(0, arena_make(ARENA));
	ASSERT_EQ(0, arena_start(ARENA, "chunk", 1000));
	self->fd = arena_open(ARENA, O_RDONLY);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, arena_remove(ARENA));
	EXPECT_TRUE(is_in_use(unload()));
	close(self->fd);
	EXPECT_EQ(0, unload());
	EXPECT_EQ(0, driver_load());
}

int main(int argc, char **argv)
{
	return device_tests_run(argc, argv, test_harness_run, false);
}
