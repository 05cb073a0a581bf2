"""What a script on aciClient does: read, post a list, page, take a snapshot, delete, renew the login."""

import sys

from aciClient import ACI


def main(url: str, password: str) -> None:
    """An assertion fails where the controller does not do as expected."""
    client = ACI(url.partition("//")[2], "admin", password)
    assert client.login()
    assert client.postJson([{"fvTenant": {"attributes": {"dn": "uni/tn-ac"}}}]) == 200
    names = [item["fvTenant"]["attributes"]["name"] for item in client.getJson("class/fvTenant.json")]
    assert "ac" in names
    assert len(client.getJsonPaged("class/fvTenant.json?order-by=fvTenant.name")) == len(names)
    assert client.snapshot("before")
    assert client.deleteMo("uni/tn-ac") == 200
    assert client.renewCookie()
    client.logout()


main(*sys.argv[1:3])
