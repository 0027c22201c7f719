"""The work of prepare-vms for pyinfra: its own operations, restarts only after a change."""

from io import StringIO

from pyinfra import host
from pyinfra.operations import apt, files, server, systemd

data = host.data

for group in data.groups_wanted:
    server.group(group=group, system=True)
for user in data.users:
    server.user(
        user=user["name"],
        comment=user["comment"],
        shell=user["shell"],
        groups=user["groups"] or None,
        append=True,
        create_home=True,
    )
for folder in data.directories:
    files.directory(
        path=folder["path"], user=folder["user"], group=folder["group"], mode=folder["mode"]
    )


def put(wanted):
    """Each file of a list in place; answers the operations."""
    return [
        files.put(
            src=StringIO(one["content"]),
            dest=one["path"],
            user=one["user"],
            group=one["group"],
            mode=one["mode"],
            create_remote_dir=False,
        )
        for one in wanted
    ]


def after(operations, **more):
    """Runs an operation only when one of the others changed something."""
    return {"_if": lambda: any(one.did_change() for one in operations), **more}


put(data.files["plain"])
sshd = put(data.files["ssh"])
resolved = put(data.files["resolved"])
chrony = put(data.files["chrony"])
rsyslog = put(data.files["rsyslog"])
for path in data.absent:
    files.file(path=path, present=False)
server.hostname(hostname=data.hostname)
network = [
    *put([{**data.network, "user": "root", "group": "root", "mode": "0600"}]),
    files.file(path=data.network["replaces"], present=False),
]
apt.packages(packages=data.packages, no_recommends=True)
for setting in data.settings:
    server.sysctl(key=setting["key"], value=int(setting["value"]))
firewall = put([{**data.firewall, "user": "root", "group": "root", "mode": "0600"}])
for service in data.services:
    if service.get("masked"):
        # systemd.service has no way to mask: the shell has, behind a look.
        server.shell(
            commands=[
                f'[ "$(systemctl is-enabled {service["unit"]} 2>/dev/null)" = masked ] || systemctl mask --now {service["unit"]}'
            ]
        )
    else:
        systemd.service(
            service=service["unit"],
            enabled=service.get("enabled"),
            running=True if service.get("state") == "started" else None,
        )
systemd.service(service="ssh.service", reloaded=True, **after(sshd))
systemd.service(service="systemd-resolved.service", restarted=True, **after(resolved))
systemd.service(service="chrony.service", restarted=True, running=None, **after(chrony))
systemd.service(service="rsyslog.service", restarted=True, **after(rsyslog))
server.shell(commands=["netplan generate && networkctl reload"], **after(network))
server.shell(commands=[data.firewall["load"]], **after(firewall))
