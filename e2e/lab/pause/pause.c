/* Holds a pod's sandbox: waits for TERM or INT, and reaps orphans where it is pid 1 of a shared pid namespace. With -v, as kubeadm's check
   before an upgrade runs it, it prints a line and ends. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void quit(int s) { (void)s; _exit(0); }
static void reap(int s) { (void)s; while (waitpid(-1, 0, WNOHANG) > 0); }

int main(int argc, char **argv) {
  if (argc > 1 && !strcmp(argv[1], "-v")) return write(1, "pause\n", 6) != 6;
  struct sigaction q = {.sa_handler = quit}, r = {.sa_handler = reap, .sa_flags = SA_NOCLDSTOP};
  sigaction(SIGTERM, &q, 0);
  sigaction(SIGINT, &q, 0);
  sigaction(SIGCHLD, &r, 0);
  for (;;) pause();
}
