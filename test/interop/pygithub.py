"""Secrets and variables by PyGithub: <base URL> <token> <repository> <client ID> <client secret>."""

import sys

from github import Auth, Github, UnknownObjectException

base, token, name, client_id, client_secret = sys.argv[1:6]
github = Github(base_url=base, auth=Auth.Token(token), retry=None, seconds_between_writes=0, seconds_between_requests=0)
repository = github.get_repo(name)

repository.create_secret("CF_ACCESS_CLIENT_SECRET", client_secret)
repository.create_secret("CF_ACCESS_CLIENT_ID", client_id)
assert {secret.name for secret in repository.get_secrets()} >= {"CF_ACCESS_CLIENT_ID", "CF_ACCESS_CLIENT_SECRET"}
assert repository.get_secret("CF_ACCESS_CLIENT_SECRET").updated_at is not None
repository.create_secret("CF_ACCESS_CLIENT_ID", client_id, "dependabot")
repository.create_secret("INTEROP_GONE", "x")
repository.delete_secret("INTEROP_GONE")
assert "INTEROP_GONE" not in {secret.name for secret in repository.get_secrets()}

environment = repository.get_environment("production")
environment.create_secret("CF_ACCESS_CLIENT_SECRET", client_secret)
assert environment.get_secret("CF_ACCESS_CLIENT_SECRET").name == "CF_ACCESS_CLIENT_SECRET"

variable = repository.create_variable("INTEROP_CLIENT_ID", client_id)
assert variable.value == client_id
assert repository.get_variable("INTEROP_CLIENT_ID").value == client_id
assert repository.get_variable("INTEROP_CLIENT_ID").edit("another") is True
assert repository.get_variable("INTEROP_CLIENT_ID").value == "another"
repository.get_variable("INTEROP_CLIENT_ID").edit(client_id)
repository.create_variable("INTEROP_GONE", "x")
repository.delete_variable("INTEROP_GONE")
try:
    repository.get_variable("INTEROP_GONE")
except UnknownObjectException as error:
    assert error.status == 404
else:
    raise AssertionError("a deleted variable is still there")
print("wrote, read and deleted secrets and variables of a repository and an environment")
