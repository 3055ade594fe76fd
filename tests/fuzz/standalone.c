/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Replays files through a fuzz target without libFuzzer, so that every build can run what
 * fuzzing once found. Arguments are files or folders; each file is one input. Prints one TAP
 * line a file. Finding nothing to replay is a failure.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned replayed_count;
static unsigned failed_count;

static void
replay_file(const char *path)
{
	uint8_t *data = NULL;
	size_t size = 0, got;
	FILE *f = fopen(path, "rb");

	if (f != NULL) {
		data = malloc(1u << 24);
		if (data == NULL)
			abort();
		size = fread(data, 1, 1u << 24, f);
		got = size;
		fclose(f);
		/* exactly sized, so that the sanitizer sees a read past the end */
		data = realloc(data, got > 0 ? got : 1);
	}
	replayed_count++;
	if (f == NULL || data == NULL) {
		failed_count++;
		printf("not ok %u - %s\n", replayed_count, path);
		return;
	}
	(void)LLVMFuzzerTestOneInput(data, size);
	free(data);
	printf("ok %u - %s\n", replayed_count, path);
	fflush(stdout);
}

static void
replay_folder(const char *path)
{
	struct dirent **entry;
	char sub[4096];
	int count = scandir(path, &entry, NULL, alphasort);

	for (int i = 0; i < count; i++) {
		if (entry[i]->d_name[0] != '.') {
			snprintf(sub, sizeof(sub), "%s/%s", path, entry[i]->d_name);
			replay_file(sub);
		}
		free(entry[i]);
	}
	if (count >= 0)
		free(entry);
}

int
main(int argc, char **argv)
{
	struct stat st;

	for (int i = 1; i < argc; i++) {
		if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode))
			replay_folder(argv[i]);
		else
			replay_file(argv[i]);
	}
	if (replayed_count == 0) {
		printf("not ok 1 - no file to replay\n1..1\n");
		return 1;
	}
	printf("1..%u\n", replayed_count);
	return failed_count == 0 ? 0 : 1;
}
