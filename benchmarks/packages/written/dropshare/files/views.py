import csv
import io
import json
import zipfile

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Sum
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View
from django.views.decorators.http import require_GET, require_POST
from django.views.generic import DetailView, ListView

from .forms import ShareForm, UploadForm
from .models import Activity, Folder, ShareLink, StoredFile


def register(request):
    form = UserCreationForm(request.POST or None)
    if form.is_valid():
        user = form.save()
        login(request, user)
        return redirect('browse')
    return render(request, 'files/register.html', {'form': form})


class BrowseView(LoginRequiredMixin, View):
    def get(self, request, folder_id=None):
        folder = get_object_or_404(Folder, pk=folder_id, owner=request.user) if folder_id else None
        return render(request, 'files/browse.html', {
            'folder': folder,
            'folders': Folder.objects.filter(owner=request.user, parent=folder),
            'files': StoredFile.objects.filter(owner=request.user, folder=folder, is_trashed=False),
            'upload_form': UploadForm(user=request.user),
        })


@login_required
@require_POST
def create_folder(request):
    name = request.POST.get('name', '').strip()
    if not name:
        messages.error(request, 'Name is required')
        return redirect('browse')
    parent = None
    if request.POST.get('parent'):
        parent = get_object_or_404(Folder, pk=request.POST['parent'], owner=request.user)
    if Folder.objects.filter(owner=request.user, parent=parent, name=name).exists():
        messages.error(request, 'There is a folder with this name')
        return redirect('browse')
    folder = Folder.objects.create(owner=request.user, parent=parent, name=name)
    return redirect('folder', folder_id=folder.pk)


@login_required
@require_POST
def rename_folder(request, folder_id):
    folder = get_object_or_404(Folder, pk=folder_id, owner=request.user)
    data = json.loads(request.body)
    name = data.get('name')
    if not name or '/' in name:
        return JsonResponse({'success': False, 'error': 'Invalid name'})
    folder.name = name
    folder.save()
    return JsonResponse({'success': True, 'name': folder.name})


@login_required
@require_POST
def delete_folder(request, folder_id):
    get_object_or_404(Folder, pk=folder_id, owner=request.user).delete()
    return redirect('browse')


@login_required
def zip_folder(request, folder_id):
    folder = get_object_or_404(Folder, pk=folder_id, owner=request.user)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w') as z:
        for f in folder.files.filter(is_trashed=False):
            z.writestr(f.name, f.file.read())
    response = HttpResponse(buffer.getvalue(), content_type='application/zip')
    response['Content-Disposition'] = f'attachment; filename="{folder.name}.zip"'
    return response


class UploadView(LoginRequiredMixin, View):
    def post(self, request):
        form = UploadForm(request.POST, request.FILES, user=request.user)
        if not form.is_valid():
            for errors in form.errors.values():
                for e in errors:
                    messages.error(request, e)
            return redirect('browse')
        upload = form.cleaned_data['file']
        used = request.user.files.aggregate(s=Sum('size'))['s'] or 0
        if used + upload.size > settings.USER_QUOTA_MB * 1024 * 1024:
            messages.error(request, 'Quota exceeded')
            return redirect('browse')
        stored = StoredFile.objects.create(owner=request.user, folder=form.cleaned_data['folder'], file=upload,
                                           name=upload.name, size=upload.size)
        Activity.objects.create(user=request.user, text=f'uploaded {stored.name}'[:200])
        messages.success(request, 'Uploaded')
        return redirect('file-detail', pk=stored.pk)


class FileDetail(LoginRequiredMixin, DetailView):
    template_name = 'files/file_detail.html'
    context_object_name = 'file'

    def get_queryset(self):
        return StoredFile.objects.filter(owner=self.request.user)


def own(request, pk, **kw):
    return get_object_or_404(StoredFile, pk=pk, owner=request.user, **kw)


@login_required
def download(request, pk):
    stored = own(request, pk, is_trashed=False)
    return FileResponse(stored.file.open(), as_attachment=True, filename=stored.name)


@login_required
@require_POST
def move_file(request, pk):
    stored = own(request, pk)
    target = request.POST.get('folder')
    stored.folder = get_object_or_404(Folder, pk=target, owner=request.user) if target else None
    stored.save()
    return redirect('file-detail', pk=pk)


@login_required
@require_POST
def toggle_star(request, pk):
    stored = own(request, pk)
    stored.starred = not stored.starred
    stored.save(update_fields=['starred'])
    return JsonResponse({'starred': stored.starred})


@login_required
@require_POST
def trash_file(request, pk):
    stored = own(request, pk)
    stored.is_trashed = True
    stored.save()
    messages.info(request, 'Moved to trash')
    return redirect('browse')


@login_required
@require_POST
def restore_file(request, pk):
    stored = own(request, pk, is_trashed=True)
    stored.is_trashed = False
    stored.save()
    return redirect('trash')


class TrashView(LoginRequiredMixin, ListView):
    template_name = 'files/trash.html'
    context_object_name = 'files'

    def get_queryset(self):
        return StoredFile.objects.filter(owner=self.request.user, is_trashed=True)


@login_required
@require_POST
def empty_trash(request):
    trashed = StoredFile.objects.filter(owner=request.user, is_trashed=True)
    for f in trashed:
        f.file.delete(save=False)
    trashed.delete()
    messages.success(request, 'Trash is empty')
    return redirect('trash')


class ShareView(LoginRequiredMixin, View):
    def get(self, request, pk):
        stored = own(request, pk)
        return render(request, 'files/share.html', {'file': stored, 'form': ShareForm(), 'links': stored.links.all()})

    def post(self, request, pk):
        stored = own(request, pk)
        form = ShareForm(request.POST)
        if not form.is_valid():
            return render(request, 'files/share.html', {'file': stored, 'form': form, 'links': stored.links.all()})
        link = form.save(commit=False)
        link.file = stored
        if form.cleaned_data['link_password']:
            link.set_password(form.cleaned_data['link_password'])
        link.save()
        messages.success(request, 'Link created')
        return redirect('share', pk=pk)


@login_required
@require_POST
def revoke_link(request, pk):
    link = get_object_or_404(ShareLink, pk=pk, file__owner=request.user)
    link.delete()
    return JsonResponse({'success': True})


def shared(request, token):
    link = get_object_or_404(ShareLink, token=token)
    if not link.is_valid():
        raise Http404('Link has expired')
    unlocked = request.session.get('unlocked', [])
    if link.password and link.token not in unlocked:
        if request.method == 'POST':
            if link.check_password(request.POST.get('password', '')):
                request.session['unlocked'] = unlocked + [link.token]
                return redirect('shared', token=token)
            messages.error(request, 'Wrong password')
        return render(request, 'files/shared_password.html', {'link': link})
    return render(request, 'files/shared.html', {'link': link})


def shared_download(request, token):
    link = get_object_or_404(ShareLink, token=token)
    if not link.is_valid():
        raise Http404('Link has expired')
    if link.password and link.token not in request.session.get('unlocked', []):
        return redirect('shared', token=token)
    link.downloads += 1
    link.save(update_fields=['downloads'])
    return FileResponse(link.file.file.open(), as_attachment=True, filename=link.file.name)


@login_required
@require_GET
def search_api(request):
    q = request.GET.get('q', '')
    if len(q) < 2:
        return JsonResponse({'status': 'error', 'message': 'Type at least 2 characters'})
    files = StoredFile.objects.filter(owner=request.user, name__icontains=q, is_trashed=False)[:20]
    return JsonResponse({'status': 'ok', 'results': [{'id': f.pk, 'name': f.name, 'size': f.size} for f in files]})


@login_required
def usage_api(request):
    used = request.user.files.aggregate(s=Sum('size'))['s'] or 0
    return JsonResponse({'used': used, 'quota': settings.USER_QUOTA_MB * 1024 * 1024})


@login_required
@require_POST
def bulk_api(request):
    try:
        payload = json.loads(request.body)
    except ValueError:
        return JsonResponse({'status': 'error', 'message': 'Invalid JSON'})
    ids = payload.get('ids', [])
    action = payload.get('action')
    files = StoredFile.objects.filter(owner=request.user, pk__in=ids)
    if not files.exists():
        return JsonResponse({'status': 'error', 'message': 'No files selected'})
    if action == 'trash':
        n = files.update(is_trashed=True)
    elif action == 'star':
        n = files.update(starred=True)
    else:
        return JsonResponse({'status': 'error', 'message': 'Unknown action'})
    return JsonResponse({'status': 'ok', 'count': n})


@login_required
def export_activity(request):
    response = HttpResponse(content_type='text/csv')
    response['Content-Disposition'] = 'attachment; filename="activity.csv"'
    w = csv.writer(response)
    for a in Activity.objects.filter(user=request.user):
        w.writerow([a.at.isoformat(), a.text])
    return response
