from typing import List
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router

from ..models import Device
from ..schemas import DeviceIn, DeviceOut

router = Router(tags=["devices"])


@router.get("/", response=List[DeviceOut])
def list_devices(request):
    return request.account.devices.order_by("-last_seen")


@router.post("/", response={200: DeviceOut, 201: DeviceOut})
def register_device(request, data: DeviceIn):
    device, created = Device.objects.update_or_create(
        push_token=data.push_token,
        defaults={"account": request.account, "platform": data.platform, "name": data.name,
                  "last_seen": timezone.now()})
    return (201 if created else 200), device


@router.delete("/{device_id}", response={204: None})
def remove_device(request, device_id: UUID):
    get_object_or_404(request.account.devices, pk=device_id).delete()
    return 204, None
