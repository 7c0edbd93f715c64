// What each key of config.toml means, in a sentence: docs/configuration.md and the editors' schema say it. A test wants
// words for every key of the program's own schema, and for no other. `*` stands for a name of the user's.

/** The keys that a running daemon reads again on `use` and SIGHUP; every other one only at its start. */
export const RELOADED: readonly RegExp[] = [
  /^(default_role|base|region)$/,
  /^(accounts|roles|sources|network)\b/,
  /^imds\.(?!port$|ipv6$)/,
  /^refresh\.early$/,
  /^notify\.desktop$/,
  /^containers\.default_role$/,
];

export const WORDS: Readonly<Record<string, string>> = {
  default_role: "the role of `serve` without `--role`",
  base:
    "the AWS profile, or name of `[sources]`, that roles are assumed from; absent: `AWS_PROFILE`, keys of the " +
    "environment, then the profile `default`",
  region: "for roles that have none of their own, where neither their profiles nor `AWS_REGION` name one",
  "accounts.*": "a name for an account: `use NAME/ROLE`",

  "roles.*.role_arn": "the role's ARN of any partition, or `ACCOUNT/ROLE` with 12 digits or a name of `[accounts]`",
  "roles.*.via": "roles to go through, first assumed first: names of `[roles]`, or ARNs",
  "roles.*.external_id": "what the role's trust policy asks for",
  "roles.*.session_name": "absent: `{user}-{host}`; cut and cleaned to what STS takes",
  "roles.*.duration": "absent: an hour. A chained role gets an hour at most, and so does one whose maximum is less",
  "roles.*.policy": "a file beside this one with an IAM policy that scopes the session down",
  "roles.*.policy_arns": "managed policies that scope the session down",
  "roles.*.tags": "session tags",
  "roles.*.transitive_tags": "keys of `tags` that further roles keep",
  "roles.*.source_identity": "`{user}` and `{host}` are filled in",
  "roles.*.mfa_serial": "the MFA device whose code the role wants",
  "roles.*.mfa_process": "a command that prints a code; absent: a person is asked",
  "roles.*.region": "the region that clients are told",
  "roles.*.protected": "every way to the role asks for its name; a restart never brings it back",
  "roles.*.revert_after": "then back to the last unprotected role, else to none",

  "sources.*.url": "a credential broker: IMDS-shaped, or with `/account` and `/account/A/R/credentials`",
  "sources.*.headers.*": "sent with each request: the value, or where it stands",
  "sources.*.headers.*.env": "the environment variable that holds the value",
  "sources.*.headers.*.file": "the file that holds the value",
  "sources.*.headers.*.keychain": "the name under which `metacred keys add NAME --header` keeps the value",
  "sources.*.ca_file": "the certificate authority of the broker",
  "sources.*.client_cert": "a client certificate",
  "sources.*.client_key": "its key; absent: in the same file",
  "sources.*.keychain": "the name that `metacred keys add` kept IAM user keys under",

  "imds.enabled": "`false`: every request is refused, as EC2 does with the metadata service switched off",
  "imds.port": "on 127.0.0.1; taken: the next free one behind a redirect, an error without one",
  "imds.http_tokens": "`required`: IMDSv2 alone; `optional` also answers IMDSv1",
  "imds.advertise": "the longest life that clients are told; `off` tells the real one",
  "imds.ipv6": "also `[fd00:ec2::254]`, behind the redirect",
  "imds.server_header": "answer with `Server: EC2ws`, which makes other tools believe that this is EC2",
  "imds.hop_limit":
    "1 to 64: how many hops answers travel, their IP TTL, so that 1 does not leave the network of a container that asks " +
    "directly; 0: as the system has it",
  "imds.instance_id": "absent, this is something fitting that stays the same, as is what else an instance always has",
  "imds.instance_type": "like `t3.micro`",
  "imds.ami_id": "like `ami-0123456789abcdef0`",
  "imds.availability_zone": "told while the role's region fits",
  "imds.hostname": "the private one",
  "imds.architecture": "of the identity document",
  "imds.local_ipv4": "the private address",
  "imds.public_ipv4":
    "served only where it is said, as are the public host name, keys, product codes, tags and user data",
  "imds.public_hostname": "the public name",
  "imds.mac": "of the one network interface",
  "imds.vpc_id": "of that interface",
  "imds.subnet_id": "of that interface",
  "imds.security_groups": "names",
  "imds.block_device_mapping": "virtual device to device",
  "imds.public_keys": "name to OpenSSH public key",
  "imds.product_codes": "of the Marketplace",
  "imds.tags": "instance tags",
  "imds.user_data": "a file beside this one, at most 16 KB, any bytes",
  "imds.metadata": "any other leaf below `meta-data`: path to text",
  "imds.spot.action": "what the spot notice says",
  "imds.spot.after": "when the notice appears, counted from `serve` or from the reload that first read it",
  "imds.spot.time": "when it is to happen; absent: two minutes after the notice",
  "imds.events.rebalance.after": "when the rebalance recommendation appears",
  "imds.events.rebalance.time": "the time that it names; absent: when it appeared",
  "imds.events.maintenance.code": "what is planned",
  "imds.events.maintenance.state": "`active` is in `scheduled`, the others are in `history`",
  "imds.events.maintenance.after": "when the event appears",
  "imds.events.maintenance.not_before": "absent: when the event appeared",
  "imds.events.maintenance.not_after": "absent: seven days later",
  "imds.events.maintenance.not_before_deadline": "absent: nine days later",
  "imds.autoscaling.target_lifecycle_state": "what `autoscaling/target-lifecycle-state` says",
  "imds.autoscaling.after": "when it begins to",

  "refresh.early": "renew a session when less than this is left, or two thirds of a shorter session",
  "exec.endpoint":
    "in which form `exec` tells where the credentials are: `ecs` and `eks` as those do, at their addresses, which need the " +
    "redirect",
  "redirect.method":
    "`none`: endpoint mode; `auto`: nft, else iptables; on macOS pf; beside a service for everybody that has nft, not iptables",
  "redirect.users": '`{user}` is you: whose processes may ask; `"*"` is everybody on this machine',
  "containers.enabled": "containers on bridges of Docker's and Podman's may ask, too",
  "containers.default_role": "what containers get, never the active role; empty: no credentials",
  "network.proxy": "`http://HOST:PORT` for AWS and brokers, where `HTTPS_PROXY` and `HTTP_PROXY` do not say",
  "secrets.store": "`file`: 0600 in the state folder; `memory`: of the daemon",
  "secrets.cache_sessions": "live sessions in the keychain, for a start without a call to AWS",
  "secrets.share_sso_cache": "also write our own sign-ins into the AWS CLI's token cache",
  "notify.desktop":
    "a notice when somebody must sign in, a protected role is about to end, or programs do not reach metacred any more",
  "log.level": "this and everything worse",
  "log.format": "`json`: an object a line",
  "log.to": "absent: stderr in the foreground, the file in the background; `syslog` is the journal, too",
};
