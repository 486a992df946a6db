import csv
from typing import List
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import File, Query, Router
from ninja.files import UploadedFile
from ninja.pagination import LimitOffsetPagination, paginate

from ..models import Observation, Project
from ..schemas import (BulkIn, BulkOut, Error, ObservationFilters, ObservationIn, ObservationOut, ObservationPatch,
                       ProjectIn, ProjectOut)

router = Router(tags=["projects"])


def _project(request, project_id):
    return get_object_or_404(Project, pk=project_id, owner=request.account)


def _observation(request, observation_id):
    return get_object_or_404(Observation, pk=observation_id, project__owner=request.account,
                             project__deleted_at__isnull=True)


@router.get("/projects", response=List[ProjectOut])
@paginate(LimitOffsetPagination)
def list_projects(request, q: str = ""):
    qs = Project.objects.filter(owner=request.account).annotate(
        observation_count=Count("observations", filter=Q(observations__deleted_at__isnull=True)))
    return qs.filter(name__icontains=q) if q else qs


@router.post("/projects", response={201: ProjectOut, 402: Error})
def create_project(request, data: ProjectIn):
    if request.account.plan == "free" and Project.objects.filter(owner=request.account).count() >= 3:
        return 402, {"detail": "the free plan has three projects"}
    return 201, Project.objects.create(owner=request.account, **data.dict())


@router.get("/projects/{project_id}", response=ProjectOut)
def get_project(request, project_id: UUID):
    project = _project(request, project_id)
    project.observation_count = Observation.objects.filter(project=project).count()
    return project


@router.put("/projects/{project_id}", response=ProjectOut)
def update_project(request, project_id: UUID, data: ProjectIn):
    project = _project(request, project_id)
    for key, value in data.dict().items():
        setattr(project, key, value)
    project.save()
    return project


@router.delete("/projects/{project_id}", response={204: None})
def delete_project(request, project_id: UUID):
    _project(request, project_id).soft_delete()
    return 204, None


@router.post("/projects/{project_id}/restore", response=ProjectOut)
def restore_project(request, project_id: UUID):
    project = get_object_or_404(Project.all_objects, pk=project_id, owner=request.account, deleted_at__isnull=False)
    project.deleted_at = None
    project.save()
    return project


@router.get("/projects/{project_id}/observations", response=List[ObservationOut])
@paginate(LimitOffsetPagination)
def list_observations(request, project_id: UUID, filters: ObservationFilters = Query(...)):
    return filters.filter(Observation.objects.filter(project=_project(request, project_id)))


@router.post("/projects/{project_id}/observations", response={201: ObservationOut})
def create_observation(request, project_id: UUID, data: ObservationIn):
    return 201, Observation.objects.create(project=_project(request, project_id), **data.dict())


@router.post("/projects/{project_id}/observations/bulk", response={201: BulkOut})
@transaction.atomic
def bulk_import(request, project_id: UUID, data: BulkIn):
    project = _project(request, project_id)
    rows = Observation.objects.bulk_create([Observation(project=project, **item.dict()) for item in data.items])
    return 201, {"created": len(rows), "ids": [r.pk for r in rows]}


@router.get("/projects/{project_id}/summary")
def summary(request, project_id: UUID):
    rows = (Observation.objects.filter(project=_project(request, project_id)).order_by("species")
            .values("species").annotate(total=Sum("count"), sightings=Count("id")))
    return {"species": list(rows)}


@router.get("/projects/{project_id}/export.csv")
def export(request, project_id: UUID):
    response = HttpResponse(content_type="text/csv")
    writer = csv.writer(response)
    writer.writerow(["id", "species", "count", "lat", "lng", "observed_at"])
    for o in Observation.objects.filter(project=_project(request, project_id)):
        writer.writerow([o.pk, o.species, o.count, o.latitude, o.longitude, o.observed_at.isoformat()])
    return response


@router.get("/observations/{observation_id}", response=ObservationOut)
def get_observation(request, observation_id: UUID):
    return _observation(request, observation_id)


@router.patch("/observations/{observation_id}", response=ObservationOut)
def patch_observation(request, observation_id: UUID, data: ObservationPatch):
    observation = _observation(request, observation_id)
    for key, value in data.dict(exclude_unset=True).items():
        if value is not None:
            setattr(observation, key, value)
    observation.save()
    return observation


@router.delete("/observations/{observation_id}", response={204: None})
def delete_observation(request, observation_id: UUID):
    _observation(request, observation_id).soft_delete()
    return 204, None


@router.post("/observations/{observation_id}/photo", response={200: ObservationOut, 415: Error})
def upload_photo(request, observation_id: UUID, photo: UploadedFile = File(...)):
    observation = _observation(request, observation_id)
    if photo.content_type not in ("image/jpeg", "image/png"):
        return 415, {"detail": "jpeg or png, please"}
    observation.photo.save(photo.name, photo)
    return observation
