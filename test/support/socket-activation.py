# What systemd does for a socket unit with Accept=yes, for the keys that metacred's units use: listens, and starts the
# service's command for each connection, with the connection as its standard streams and "N-PID-UID" as its instance.
import os, shlex, socket, struct, subprocess, sys


def read(path):
    with open(path) as lines:
        return dict(line.strip().split("=", 1) for line in lines if "=" in line)


unit, service = read(sys.argv[1]), read(sys.argv[2])
assert unit["Accept"] == "yes"
assert [service[key] for key in ("StandardInput", "StandardOutput", "StandardError")] == ["socket"] * 3
path = unit["ListenStream"]
os.makedirs(os.path.dirname(path), mode=int(unit["DirectoryMode"], 8), exist_ok=True)
if os.path.exists(path):
    os.unlink(path)
listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
listener.bind(path)
os.chown(path, int(unit["SocketUser"]), 0)
os.chmod(path, int(unit["SocketMode"], 8))
listener.listen()
print("listening", flush=True)
number = 0
while True:
    connection, _ = listener.accept()
    pid, uid, _gid = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    words = shlex.split(service["ExecStart"].replace("%i", f"{number}-{pid}-{uid}"))
    subprocess.Popen(words, stdin=connection, stdout=connection, stderr=connection, env={}, start_new_session=True)
    connection.close()
    number += 1
