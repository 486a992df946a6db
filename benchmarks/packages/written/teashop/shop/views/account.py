from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render

from ..forms import RegisterForm, UserEditForm


def register(request):
    if request.method == 'POST':
        form = RegisterForm(request.POST)
        if form.is_valid():
            user = form.save()
            login(request, user)
            return redirect('shop:product_list')
    else:
        form = RegisterForm()
    return render(request, 'account/register.html', {'form': form})


@login_required
def edit(request):
    form = UserEditForm(request.POST or None, instance=request.user)
    if request.method == 'POST' and form.is_valid():
        form.save()
        messages.success(request, 'Saved.')
        return redirect('account:edit')
    return render(request, 'account/edit.html', {'form': form})
