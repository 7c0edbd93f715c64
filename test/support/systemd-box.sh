#!/bin/sh
# A machine of its own for a real systemd: its root is a tmpfs, and of the real machine nothing is in it but /usr, which
# cannot be written, and one program. It refuses to go on unless that is so: systemd cleans /tmp when it starts.
# Arguments: ROOT (an empty folder) PROGRAM (is /opt/metacred in there). To be run in fresh namespaces but that of the network.
set -eu
refuse() { echo "refused: $1" >&2; exit 90; }
# Run by hand it would take the root away from under the real machine.
[ $$ = 1 ] || refuse 'this is not the first process of a namespace of its own'
R=$1 program=$2
mount --make-rprivate /
mount -t tmpfs -o mode=755 box "$R"
cd "$R"
mkdir -p usr etc proc sys dev run tmp var/tmp var/lib var/log home root opt old
chmod 1777 tmp var/tmp
for name in bin sbin lib lib64; do ln -s "usr/$name" "$name"; done
mount --bind /usr usr
mount -o remount,bind,ro usr
mount -t tmpfs -o mode=755 local usr/local
touch opt/metacred
mount --bind "$program" opt/metacred
mount -o remount,bind,ro opt/metacred
cp -a /etc/. etc/
rm -rf etc/systemd/system etc/systemd/user etc/machine-id etc/sudoers.d
mkdir -p etc/systemd/system etc/systemd/user etc/sudoers.d
: >etc/fstab
echo 0123456789abcdef0123456789abcdef >etc/machine-id
mount -t tmpfs -o mode=755,nosuid dev dev
mknod -m 666 dev/null c 1 3
mknod -m 666 dev/zero c 1 5
mknod -m 666 dev/full c 1 7
mknod -m 666 dev/random c 1 8
mknod -m 666 dev/urandom c 1 9
mknod -m 666 dev/tty c 5 0
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=666 pts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t proc proc proc
for name in proc/sys proc/sysrq-trigger; do
  [ -e "$name" ] || continue
  mount --bind "$name" "$name"
  mount -o remount,bind,ro "$name"
done
mount -t sysfs -o ro sysfs sys
[ -d sys/fs/cgroup ] && mount -t cgroup2 cgroup2 sys/fs/cgroup

# Nothing of the distribution's is started, and none of it may be pulled in.
units=etc/systemd/system
for file in usr/lib/systemd/system/*.target.wants/*; do
  name=${file##*/}
  case $name in systemd-journald*) ;; *) [ -L "$units/$name" ] || ln -s /dev/null "$units/$name" ;; esac
done
for name in systemd-tmpfiles-setup systemd-tmpfiles-clean systemd-sysctl systemd-remount-fs systemd-udevd \
  systemd-modules-load systemd-random-seed systemd-logind systemd-hostnamed getty@; do
  [ -L "$units/$name.service" ] || ln -s /dev/null "$units/$name.service"
done
printf '[Unit]\nDescription=box\nRequires=sockets.target\nAfter=sockets.target\n' >"$units/box.target"

# What logind and its PAM module do at a login: the folder, and the user's own manager in it.
cat >"$units/user-runtime-dir@.service" <<'END'
[Unit]
Description=/run/user/%i
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=install -d -m 700 -o %i -g %i /run/user/%i
ExecStop=rm -rf /run/user/%i
END
mkdir "$units/user@.service.d"
printf '[Service]\nPAMName=\nEnvironment=XDG_RUNTIME_DIR=/run/user/%%i\n' >"$units/user@.service.d/box.conf"

pivot_root . old
cd /
umount -l /old
rmdir /old
# Fields of mountinfo: place and options are the fifth and sixth, the kind follows the lone dash.
while read -r _ _ _ _ at options rest; do
  case "$rest" in *'- tmpfs '* | *'- proc '* | *'- sysfs '* | *'- cgroup2 '* | *'- devpts '*) continue ;; esac
  case $at,$options in /usr,ro* | /opt/metacred,ro*) ;; *) refuse "$at is the real machine's" ;; esac
done </proc/self/mountinfo
if (: >/usr/.box) 2>/dev/null; then refuse '/usr can be written'; fi
[ ! -w /proc/sys/kernel/panic ] || refuse '/proc/sys can be written'
[ -z "$(ls -A /tmp; ls -A /home)" ] || refuse '/tmp or /home is not its own'
exec setpriv --bounding-set=-sys_module,-sys_time,-sys_rawio,-mknod,-sys_boot,-syslog,-audit_control,-audit_write,-mac_admin,-mac_override,-wake_alarm,-block_suspend,-perfmon,-bpf -- \
  env -i container=box PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --unit=box.target --log-target=console --log-level=notice --show-status=0
